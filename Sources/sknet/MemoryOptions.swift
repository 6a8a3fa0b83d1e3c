import ArgumentParser
import Memory

extension ByteCount: ExpressibleByArgument {}

/// How much memory the command may take.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: """
      Memory that may be taken, as 800M or 4GiB (default: what the machine or its control group has \
      left).
      """)
  var memory: ByteCount?

  /// The limit is the process's: it holds from here on.
  func validate() throws {
    guard let memory else { return }
    guard memory > ByteCount(0) else { throw ValidationError("--memory must be more than nothing") }
    ProcessMemory.hold(to: memory)
  }
}
