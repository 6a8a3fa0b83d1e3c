import Foundation

/// A part of a run, counted in epochs or as a share of all its steps.
public enum Span: Hashable, Sendable, CustomStringConvertible {
  /// So many passes over the training pictures.
  case epochs(Double)
  /// A share of the run's steps, 0 to 100.
  case percent(Double)

  /// Reads `5 epochs`, `0.5 epoch` or `15 %`; nil for anything else.
  public init?(_ text: String) {
    let text = text.trimmingCharacters(in: .whitespaces)
    func number(without suffix: String) -> Double? {
      guard text.hasSuffix(suffix) else { return nil }
      let digits = text.dropLast(suffix.count).trimmingCharacters(in: .whitespaces)
      // Far beyond every run, and few enough that steps can be counted.
      return Double(digits).flatMap { (0...1_000_000).contains($0) ? $0 : nil }
    }
    if let percent = number(without: "%"), percent <= 100 {
      self = .percent(percent)
    } else if let epochs = number(without: "epochs") ?? number(without: "epoch") {
      self = .epochs(epochs)
    } else {
      return nil
    }
  }

  /// The text that `init(_:)` reads back to the same value.
  public var description: String {
    func plain(_ number: Double) -> String {
      let text = "\(number)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    switch self {
    case .epochs(let number): return plain(number) + " epochs"
    case .percent(let number): return plain(number) + " %"
    }
  }

  /// The span's length in steps, not rounded.
  func steps(in run: RunLength) -> Double {
    switch self {
    case .epochs(let number): number * Double(run.stepsPerEpoch)
    case .percent(let number): number / 100 * Double(run.steps)
    }
  }
}

extension Span: Codable {
  /// Decodes the text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let span = Span(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is no span"))
    }
    self = span
  }

  /// Encodes the text.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }
}
