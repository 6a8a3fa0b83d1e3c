import Analysis
import Observing

/// A lesion experiment as its user asks for it: a zoom whose network is changed in all these ways.
public struct LesionExperiment: Equatable, Sendable {
  /// Photographs, network, scales and folder; controls, examples and channels are not recorded.
  public internal(set) var zoom: ZoomExperiment
  /// What is put in the attention's place.
  public let lesions: [Lesion]
  /// What gets verdicts, named before the run, and the smallest costs that matter.
  public let primary: LesionDeclaration

  /// Asks for a lesion experiment.
  public init(
    _ zoom: ZoomExperiment, lesions: [Lesion] = Lesion.allCases,
    primary: LesionDeclaration = LesionDeclaration()
  ) {
    var zoom = zoom
    zoom.controls = []
    zoom.examples = []
    zoom.keep = .means
    self.zoom = zoom
    self.lesions = lesions
    self.primary = primary
  }

  /// The declaration, if it is about lesions of the run and has bounds that can be tested.
  ///
  /// - Throws: `ExperimentError.usage` naming what is wrong.
  func checkedPrimary() throws -> LesionDeclaration {
    for name in primary.lesions ?? [] {
      guard let lesion = Lesion(rawValue: name), lesion != .matrix, lesions.contains(lesion) else {
        let known = lesions.filter { $0 != .matrix }.map(\.rawValue).joined(separator: ", ")
        throw ExperimentError.usage("primary: '\(name)' is none of the run's lesions: \(known)")
      }
    }
    guard primary.lesions?.isEmpty != true, primary.measures?.isEmpty != true else {
      throw ExperimentError.usage("primary: nothing is named")
    }
    for measure in LesionMeasure.allCases {
      let bound = primary.bounds[measure]
      guard bound.isFinite, bound > 0, !measure.isShare || bound < 1 else {
        throw ExperimentError.usage(
          "bounds: \(measure.rawValue): expected a number above 0"
            + (measure.isShare ? " and below 1, a share" : ", in nats") + ", found \(bound)")
      }
    }
    return primary
  }
}

extension LesionMeasure {
  /// Reads a list of names.
  ///
  /// - Throws: `ExperimentError.usage` naming what is unknown.
  public static func list(_ words: [String]) throws -> [LesionMeasure] {
    let chosen = try words.map { word in
      guard let measure = LesionMeasure(rawValue: word) else {
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        throw ExperimentError.usage("unknown measure '\(word)'; known: \(known)")
      }
      return measure
    }
    return allCases.filter(chosen.contains)
  }
}

extension LesionBounds {
  /// Reads `accuracy=0.01,nll=0.1`; measures that are not named have their default.
  ///
  /// - Throws: `ExperimentError.usage` naming what is wrong.
  public init(words: [String]) throws {
    self.init()
    for word in words {
      let parts = word.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, let number = Double(parts[1]),
        let measure = try LesionMeasure.list([String(parts[0])]).first
      else {
        throw ExperimentError.usage("bounds: '\(word)': expected a measure and a number: nll=0.05")
      }
      self[measure] = number
    }
  }
}
