import Analysis
import Wording

/// What a figure says about the run behind it.
package struct RunCaption {
  let results: ZoomResults

  package init(results: ZoomResults) {
    self.results = results
  }

  /// Network, protocol and photographs, and what limits them.
  package var notes: [String] {
    Self.notes(
      model: results.model.name, protocol: results.protocol, scales: results.scales,
      precision: results.precision, headline: results.headline, failed: results.failed.count,
      unfinished: results.unfinished)
  }

  /// The same of a lesion run.
  static func notes(_ results: LesionResults) -> [String] {
    notes(
      model: results.model.name, protocol: results.protocol, scales: results.scales,
      precision: results.precision, headline: results.headline, failed: results.failed.count,
      unfinished: results.unfinished)
  }

  /// A lesion run's primary family and its verdicts, or why nothing is judged.
  static func verdicts(_ results: LesionResults) -> [String] {
    if let withheld = results.withheld { return [withheld] }
    guard let family = results.primary else {
      return ["No lesion is judged: the results are of a format that had no tests."]
    }
    let words = family.lesions.compactMap { lesion -> String? in
      guard let condition = results.condition(lesion, family.scope),
        let effect = results.headline(condition)
      else { return nil }
      let parts = family.measures.compactMap { measure -> String? in
        guard let cost = effect.costs[measure], let judgement = cost.judgement else { return nil }
        return "\(measure.title) \(measure.text(cost.mean)) \(measure.unit), "
          + judgement.words(measure, results.bounds[measure])
      }
      return
        "\(lesion.prefix(1).uppercased() + lesion.dropFirst()) at \(scaleLabel(effect.scale)): "
        + parts.joined(separator: "; ") + "."
    }
    return [([family.sentence(scaleLabel)] + words).joined(separator: " ")]
  }

  /// The same of any run; `failed` counts the photographs that could not be used.
  private static func notes(
    model: String, protocol: String, scales: [Double], precision: String,
    headline: Headline, failed: Int, unfinished: Unfinished?
  ) -> [String] {
    let lines = [
      [
        model, "protocol \(`protocol`)",
        "scales " + scales.map(scaleLabel).joined(separator: ", "),
        counted(headline.images, "photograph"), precision,
      ].joined(separator: " · ") + "."
    ]
    let limits = (unfinished.map { [$0.sentence] } ?? []) + limits(headline, failed: failed)
    return limits.isEmpty ? lines : lines + [limits.joined(separator: " ")]
  }

  /// The primary family, its verdicts and what they rest on, or why nothing is judged.
  package var verdicts: [String] {
    if let withheld = results.withheld { return [withheld] }
    let judged = (results.units + results.stages).filter { $0.shift.judgement != nil }
    guard let primary = results.primary, !judged.isEmpty else {
      return ["No unit is judged: the results are of a format that kept no slopes."]
    }
    let words = judged.map { unit in
      let remark = unit.shift.judgement?.remark ?? ""
      return "\(unit.name) \(unit.shift.judgement?.verdict.rawValue ?? "")"
        + (remark.isEmpty ? "" : " (\(remark))")
    }
    return [primary.sentence + " " + words.joined(separator: "; ") + ".", controlNote].filter {
      !$0.isEmpty
    }
  }

  /// Which controls decide.
  private var controlNote: String {
    let controls = results.units.first?.shift.controls ?? [:]
    func listed(_ role: ControlRole) -> String {
      ControlRole.ordered(controls.filter { $0.value.counts && $0.value.role == role }.keys)
        .joined(separator: ", ")
    }
    let parts = [
      (listed(.explains), "the slope beyond"), (listed(.matched), "the slope under"),
    ].filter { !$0.0.isEmpty }.map { "\($0.1) \($0.0)" }
    return parts.isEmpty
      ? "No control counts."
      : "Verdicts rest on the slope and on \(parts.joined(separator: " and ")); ★: larger or smaller."
  }

  /// What limits a run, a sentence each.
  static func limits(_ headline: Headline, failed: Int) -> [String] {
    var limits: [String] = []
    if headline.isConfounded {
      limits.append(
        "In \(headline.undersampled) of the \(counted(headline.images, "photograph")) a crop has "
          + "fewer source pixels than the network’s input: sharpness confounds size.")
    } else if headline.undersampled > 0 {
      limits.append(
        "Left out: \(counted(headline.undersampled, "photograph")) with fewer source "
          + "pixels in a crop than the network’s input.")
    }
    if failed > 0 { limits.append("\(counted(failed, "photograph")) could not be used.") }
    return limits
  }

  /// What the measure is, as a sentence.
  var measureNote: String {
    switch results.measure {
    case .attentionDifference:
      "Difference = mean attention of the branch with the larger kernel minus that of the "
        + "smaller\(kernels.map { " (\($0))" } ?? "")."
    case .expectedKernelSize:
      "Expected kernel size = attention-weighted mean of the branches’ sizes, in pixels of the "
        + "unit’s input."
    }
  }

  /// What the measure is, as an axis title.
  var measureTitle: String {
    switch results.measure {
    case .attentionDifference: "attention difference" + (kernels.map { " (\($0))" } ?? "")
    case .expectedKernelSize: "expected kernel size (px)"
    }
  }

  /// `5×5 − 3×3`, if every unit has those two branches.
  private var kernels: String? {
    let sizes = Set(results.units.map { $0.branches.map(\.size).sorted() })
    guard sizes.count == 1, let pair = sizes.first, pair.count == 2 else { return nil }
    return "\(pair[1])×\(pair[1]) \u{2212} \(pair[0])×\(pair[0])"
  }

  /// Side of the largest kernel of a unit, as `5×5`.
  func largestKernel(of unit: String) -> String? {
    results.units.first { $0.name == unit }?.branches.map(\.size).max().map { "\($0)×\($0)" }
  }

  /// Places in `names` of the units that a small figure shows: all up to six, else the last one of
  /// each stage, as the paper does.
  func shownUnits(among names: [String]) -> [Int] {
    names.count <= 6 ? Array(names.indices) : lastUnits(among: names)
  }

  /// Places in `names` of the last unit of each stage.
  func lastUnits(among names: [String]) -> [Int] {
    let stages = Dictionary(
      results.units.map { ($0.name, $0.stage) }, uniquingKeysWith: { first, _ in first })
    return names.indices.filter { place in
      guard let stage = stages[names[place]] else { return false }
      return !names[(place + 1)...].contains { stages[$0] == stage }
    }
  }
}

/// The first, the middle and the last place of `count`, fewer if there are not so many.
func firstMiddleLast(_ count: Int) -> [Int] {
  count <= 3 ? Array(0..<max(count, 0)) : [0, count / 2, count - 1]
}
