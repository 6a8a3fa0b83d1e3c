import ArgumentParser
import Files
import Foundation
import Wording

extension SKNetCommand {
  /// Says in one line what ended the program, with the command's usage if it was typed wrongly, and
  /// exits.
  ///
  /// - Parameters:
  ///   - error: What was thrown.
  ///   - command: The command that was typed.
  static func end(_ error: any Error, in command: any ParsableCommand.Type) -> Never {
    let code = exitCode(for: error)
    guard code != .success else { endAsked(fullMessage(for: error)) }
    let text = text(of: error, in: command)
    if !text.isEmpty { StatusLine.write(lines: text) }
    Foundation.exit(code.rawValue)
  }

  /// Prints help, a version or a script that was asked for, and exits.
  private static func endAsked(_ text: String) -> Never {
    do {
      if !text.isEmpty { try StandardOutput.print(text) }
    } catch {
      end(error, in: self)
    }
    Foundation.exit(ExitCode.success.rawValue)
  }

  private static func text(of error: any Error, in command: any ParsableCommand.Type) -> String {
    let message = message(for: error)
    guard !message.isEmpty else { return "" }
    // Errors begin with the name of a file or folder, which may be empty.
    let line = "Error: " + (message.hasPrefix(": ") ? "''" : "") + visible(message)
    if error is ValidationError { return line + "\n" + usage(of: command) }
    // What else the parser throws knows its command: the usage follows the message.
    let full = fullMessage(for: error)
    guard let place = full.firstRange(of: message) else { return line }
    return line + full[place.upperBound...]
  }

  /// As the parser has it for its own errors.
  private static func usage(of command: any ParsableCommand.Type) -> String {
    let names = [Self.configuration.commandName, command.configuration.commandName]
      .compactMap { $0 }.joined(separator: " ")
    return "Usage: \(usageString(for: command))\n  See '\(names) --help' for more information."
  }
}
