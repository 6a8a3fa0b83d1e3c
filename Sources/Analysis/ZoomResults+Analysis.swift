import Networks
import Wording

extension ZoomResults {
  /// Works out the statistics of recorded photographs.
  ///
  /// The photograph is the unit of observation: intervals and p-values resample photographs, never
  /// channels. What is judged is the slope per octave over all scales. A control that was recorded at the
  /// smallest scale starts from there, any other from the zoom's. The primary family's units get a verdict
  /// (`VerdictRule`), the others none.
  ///
  /// - Parameters:
  ///   - photographs: In the order of their paths. Those without a zoom at every scale are left out;
  ///     with none at all there are no units to report, nor with a single scale.
  ///   - model: The network.
  ///   - unitNames: Names of the recorded units, in the order of `meanAttention`; names that the
  ///     network does not have are left out.
  ///   - protocol: `crop` or `target`.
  ///   - scales: Ascending.
  ///   - precision: `f32` or `bf16`.
  ///   - failed: Photographs that could not be used.
  ///   - declaration: The primary family as it was asked for.
  ///   - className: What the class with an id is called, where that is known.
  ///   - options: Seed and sample sizes.
  public init(
    analysing photographs: [RecordedPhotograph], model: AnalysedModel, unitNames: [String],
    protocol: String, scales: [Double], precision: String, failed: [FailedPhotograph] = [],
    primary declaration: FamilyDeclaration = FamilyDeclaration(),
    className: (String) -> String? = { _ in nil }, options: AnalysisOptions = AnalysisOptions()
  ) {
    let selection = HeadlineSelection(
      photographs, scales: scales, includesUndersampled: options.includesUndersampled)
    let branches = model.architecture.branches
    let measure = BranchMeasure(branches: branches)
    let table = MeasureTable(selection.photographs, measure: measure, scales: scales)
    let known = Dictionary(
      model.architecture.units.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let recorded = unitNames.enumerated().compactMap { index, name in
      known[name].map { (index: index, unit: $0) }
    }
    let analysis = ShiftAnalysis(table: table, options: options)
    let reported = branches.map {
      Branch(kernel: $0.kernel, dilation: $0.dilation, groups: $0.groups, size: $0.size)
    }
    let family = PrimaryFamily(
      declaration, model.architecture, recorded: recorded.map(\.unit.name))
    let withheld = Self.withheld(family, selection.headline, branches)
    func groups(
      _ list: [(name: String, unit: SelectiveNetwork.Unit, members: [Int])]
    ) -> [UnitResult] {
      let shifts = analysis.results(
        for: list.map { ($0.name, $0.members) }, family: withheld == nil ? family : nil)
      return zip(list, shifts).map { group, result in
        UnitResult(
          name: group.name, stage: group.unit.stage, channels: group.unit.width,
          branches: reported, byScale: result.byScale, shift: result.shift)
      }
    }
    let stageNumbers = Set(recorded.map(\.unit.stage)).sorted()
    self.init(
      seed: options.seed, precision: precision, model: model, protocol: `protocol`,
      scales: scales, images: photographs.count, headline: selection.headline,
      measure: measure.kind, primary: family, withheld: withheld, failed: failed,
      units: groups(recorded.map { ($0.unit.name, $0.unit, [$0.index]) }),
      stages: groups(
        stageNumbers.compactMap { stage in
          let members = recorded.filter { $0.unit.stage == stage }
          return members.first.map { ("stage \(stage)", $0.unit, members.map(\.index)) }
        }),
      classes: Self.classes(
        of: selection.photographs, measure: measure, scales: scales, units: recorded.map(\.index),
        className: className),
      accuracy: Self.accuracy(of: selection.photographs, scales: scales))
  }

  /// Why nothing may be judged, as a sentence.
  private static func withheld(
    _ family: PrimaryFamily, _ headline: Headline, _ branches: [SelectiveNetwork.Branch]
  ) -> String? {
    if headline.isConfounded {
      return "No verdicts: photographs with fewer pixels than the network's input are counted."
    }
    if headline.images < VerdictRule.fewest {
      return "No verdicts: \(counted(headline.images, "photograph")); three are the fewest."
    }
    if Set(branches.map(\.size)).count == 1 {
      return "No verdicts: the branches are equally large, so that no shift selects a kernel size."
    }
    return family.units.isEmpty
      ? "No verdicts: no unit of the primary family was recorded." : nil
  }

  private static func classes(
    of photographs: [RecordedPhotograph], measure: BranchMeasure, scales: [Double], units: [Int],
    className: (String) -> String?
  ) -> [ClassResult] {
    let known = Dictionary(grouping: photographs.filter { $0.classIndex != nil }) {
      $0.classIndex ?? 0
    }
    return known.keys.sorted().map { index in
      let members = known[index] ?? []
      let table = MeasureTable(members, measure: measure, scales: scales)
      let id = members.first?.classID ?? "\(index)"
      return ClassResult(
        index: index, id: id, name: className(id), images: members.count,
        difference: units.map { unit in
          scales.indices.map { step in
            table.values(units: [unit], step: step).reduce(0) { $0 + ($1 ?? 0) }
              / Double(members.count)
          }
        })
    }
  }

  private static func accuracy(of photographs: [RecordedPhotograph], scales: [Double])
    -> [Accuracy]
  {
    scales.compactMap { scale in
      let ranks = photographs.flatMap { photograph in
        photograph.stimuli.filter { $0.control == nil && $0.scale == scale }.compactMap(\.rank)
      }
      guard !ranks.isEmpty else { return nil }
      let count = Double(ranks.count)
      return Accuracy(
        scale: scale, top1: Double(ranks.count { $0 < 1 }) / count,
        top5: Double(ranks.count { $0 < 5 }) / count, images: ranks.count)
    }
  }
}
