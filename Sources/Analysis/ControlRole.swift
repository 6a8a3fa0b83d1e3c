import Networks

/// What a control has to do with a verdict: the one place that decides it, by the control's name.
public enum ControlRole: String, Codable, Equatable, Sendable {
  /// Changes what a zoom changes besides size: the zoom's move beyond it must differ from zero.
  case explains
  /// The zoom itself with a confounder held constant: its own move must differ from zero.
  case matched
  /// Shown beside the zoom, never decisive: a dose of blur, untrained weights, what is not known here.
  case reported

  /// The role of a control.
  public init(of control: String) {
    self =
      switch control {
      case "spectrum", "local", "scrambled", "sham", "seam", "surround", "noise", "gate", "moat":
        .explains
      case "psf", "aperture-content": .matched
      default: .reported
      }
  }

  /// Controls without which no shift is called `larger` or `smaller`: frequency content and sharpness.
  public static let required = ["spectrum", "psf"]

  /// Controls that are a difference in differences: they count where they start from a smallest scale
  /// of their own, and are reported where an earlier version let them start from the zoom's.
  static let differences: Set = ["surround"]

  /// Controls in the order in which tables and figures show them: those that decide first.
  public static func ordered(_ names: some Sequence<String>) -> [String] {
    let names = Set(names)
    let known = [
      "psf", "spectrum", "local", "scrambled", "sham", "seam", "moat", "surround", "noise", "gate",
      "aperture-content", "aperture-window", "blur", "untrained",
    ]
    return known.filter(names.contains) + names.subtracting(known).sorted()
  }

  /// Names of the controls on which verdicts on photographs rest, those that decide first.
  ///
  /// - Parameters:
  ///   - photographs: Those that count, with one unit or more.
  ///   - branches: The network's.
  ///   - scales: Ascending.
  /// - Returns: None of one scale or no photographs.
  package static func counting(
    in photographs: [RecordedPhotograph], branches: [SelectiveNetwork.Branch], scales: [Double]
  ) -> [String] {
    ShiftAnalysis(
      table: MeasureTable(
        photographs, measure: BranchMeasure(branches: branches), scales: scales),
      options: AnalysisOptions()
    ).countingControls
  }
}
