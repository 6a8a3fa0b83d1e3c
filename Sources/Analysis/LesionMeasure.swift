import Foundation

/// By what a lesion is measured: each a cost, higher for worse, photographs paired with themselves in the
/// intact network.
public enum LesionMeasure: String, Codable, CaseIterable, Equatable, Sendable {
  /// Rise of the true class's negative log-likelihood, in nats.
  case nll
  /// Share of right answers that is lost.
  case accuracy
  /// Share of photographs whose first class is no longer the intact network's: 1 minus the agreement.
  case agreement
  /// Kullback–Leibler divergence of the lesioned network's probabilities from the intact one's, in nats.
  case kl
}

extension LesionMeasure {
  /// Whether the true class has to be known.
  public var needsClass: Bool { self == .nll || self == .accuracy }

  /// Whether it cannot fall below zero, so that there is nothing to test but whether it exceeds what matters.
  public var isNeverNegative: Bool { self == .agreement || self == .kl }

  /// Whether it is a share, shown in points.
  public var isShare: Bool { self == .accuracy || self == .agreement }

  /// Its name in tables.
  public var title: String {
    switch self {
    case .nll: "rise of negative log-likelihood"
    case .accuracy: "accuracy lost"
    case .agreement: "answers changed"
    case .kl: "divergence"
    }
  }

  /// The same where there is little room.
  package var shortTitle: String {
    switch self {
    case .nll: "NLL rise"
    case .accuracy: "lost"
    case .agreement: "changed"
    case .kl: "KL"
    }
  }

  /// Its unit in tables.
  public var unit: String { isShare ? "points" : "nats" }

  /// A cost, in points where it is a share, with its sign where it has one.
  package func text(_ value: Double) -> String {
    let sign = isNeverNegative ? "" : "+"
    return String(format: isShare ? "%\(sign).1f" : "%\(sign).3f", isShare ? 100 * value : value)
  }

  /// The same without a sign.
  package func size(_ value: Double) -> String {
    String(format: isShare ? "%.1f" : "%.3f", isShare ? 100 * value : value)
  }
}

/// The smallest costs that matter: within them a lesion is equivalent to none.
public struct LesionBounds: Codable, Equatable, Sendable {
  /// In nats; 0.05 takes 5 % of the true class's probability away.
  public var nll: Double
  /// As a share.
  ///
  /// 0.02: attention gains the paper's SKNet-50 0.010 to 0.014, and 0.02 is about what 1,800 photographs can tell from
  /// nothing.
  public var accuracy: Double
  /// As a share; 0.05 is one answer in twenty.
  public var agreement: Double
  /// In nats; 0.05 as of `nll`.
  ///
  /// Were the intact network's probabilities those of the classes, `nll` would rise by just the divergence.
  public var kl: Double

  /// Chooses bounds.
  public init(
    nll: Double = 0.05, accuracy: Double = 0.02, agreement: Double = 0.05, kl: Double = 0.05
  ) {
    self.nll = nll
    self.accuracy = accuracy
    self.agreement = agreement
    self.kl = kl
  }

  /// The bound of a measure.
  public subscript(_ measure: LesionMeasure) -> Double {
    get {
      switch measure {
      case .nll: nll
      case .accuracy: accuracy
      case .agreement: agreement
      case .kl: kl
      }
    }
    set {
      switch measure {
      case .nll: nll = newValue
      case .accuracy: accuracy = newValue
      case .agreement: agreement = newValue
      case .kl: kl = newValue
      }
    }
  }
}

/// What of a lesion run is to be judged, as it is asked for before the run.
public struct LesionDeclaration: Codable, Equatable, Sendable {
  /// Names of lesions, judged where all chosen units have them; nil for `frozen` and `reverse`.
  public var lesions: [String]?
  /// By what they are judged; nil for all measures.
  public var measures: [LesionMeasure]?
  /// The smallest costs that matter.
  public var bounds: LesionBounds

  /// Declares what is judged; without arguments the default.
  public init(
    lesions: [String]? = nil, measures: [LesionMeasure]? = nil,
    bounds: LesionBounds = LesionBounds()
  ) {
    self.lesions = lesions
    self.measures = measures
    self.bounds = bounds
  }

  /// The lesions that are primary by default.
  public static let defaultLesions = ["frozen", "reverse"]
}
