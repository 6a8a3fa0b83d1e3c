import Experiments
import Foundation
import Observing

/// Lists as they are typed: words between commas.
enum CommaList {
  static func words(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  static func numbers(_ text: String, flag: String) throws -> [Double] {
    try words(text).map {
      guard let number = Double($0) else {
        throw ExperimentError.usage("\(flag): '\($0)' is not a number")
      }
      return number
    }
  }

  static func integers(_ text: String, flag: String, in range: ClosedRange<Int>) throws -> [Int] {
    try words(text).map {
      guard let number = Int($0), range.contains(number) else {
        throw ExperimentError.usage(
          "\(flag): '\($0)' is no whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
  }
}
