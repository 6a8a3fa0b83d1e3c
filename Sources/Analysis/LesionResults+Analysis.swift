import Wording

extension LesionResults {
  /// Works out what the lesions cost.
  ///
  /// The photograph is the unit of observation. As in a zoom, photographs with undersampled crops are left out unless
  /// asked for, which leaves the run without verdicts. All bootstrap intervals share their resamples.
  ///
  /// - Parameters:
  ///   - photographs: Every photograph's observations, in the order of their paths; each has one at
  ///     every scale for the intact network and for every condition.
  ///   - plans: The conditions.
  ///   - model: The network.
  ///   - protocol: `crop` or `target`.
  ///   - scales: Ascending.
  ///   - frozenScale: The scale whose attention `frozen` keeps.
  ///   - precision: `f32` or `bf16`.
  ///   - failed: Photographs that could not be used.
  ///   - declaration: What is judged, as it was asked for.
  ///   - options: Seed and sample sizes.
  public init(
    analysing photographs: [[LesionObservation]], plans: [Plan], model: AnalysedModel,
    protocol: String, scales: [Double], frozenScale: Double, precision: String,
    failed: [FailedPhotograph] = [], primary declaration: LesionDeclaration = LesionDeclaration(),
    options: AnalysisOptions = AnalysisOptions()
  ) {
    let sharp = photographs.filter { $0.allSatisfy { !$0.isUndersampled } }
    let used = options.includesUndersampled ? photographs : sharp
    let undersampled = photographs.count - sharp.count
    let table = LesionObservationTable(used, conditions: plans.count, scales: scales)
    let isLabelled = !table.labelled.isEmpty
    self.init(
      seed: options.seed, precision: precision, model: model, protocol: `protocol`,
      scales: scales, frozenScale: frozenScale, images: photographs.count,
      headline: Headline(
        images: used.count, undersampled: undersampled,
        isConfounded: options.includesUndersampled && undersampled > 0),
      labelled: table.labelled.count, bounds: declaration.bounds, failed: failed,
      intact: isLabelled ? scales.indices.map { Estimate(table.correct(nil, $0)) } : [],
      intactNLL: isLabelled ? options.estimates(of: scales.indices.map { table.nll(nil, $0) }) : [],
      conditions: [])
    guard !used.isEmpty else {
      withheld = "No verdicts: no photograph is left."
      return
    }
    let testing = LesionTesting(options, bounds: declaration.bounds)
    var tested: [(condition: Int, effects: [TestedEffect])] = []
    var cells: [(scale: Double, scope: String, effects: [TestedEffect])] = []
    for (place, plan) in plans.enumerated() {
      let effects = testing.effects(place, table, scales: scales)
      if let scale = plan.attentionScale {
        cells.append((scale, plan.scope, effects))
        continue
      }
      tested.append((conditions.count, effects))
      conditions.append(
        Condition(
          lesion: plan.lesion, scope: plan.scope, units: plan.units,
          byScale: scales.indices.map { s in
            Effect(
              scale: scales[s], accuracy: effects[s].accuracy, nll: effects[s].nll,
              costs: effects[s].costs, dose: table.dose(place, s))
          }))
    }
    if let scope = cells.first?.scope {
      matrix = Matrix(
        scope: scope,
        cells: scales.indices.map { s in
          cells.map { cell in
            let effect = cell.effects[s]
            return Cell(
              picture: scales[s], attention: cell.scale, accuracy: effect.accuracy, nll: effect.nll,
              costs: effect.costs)
          }
        })
    }
    judge(declaration, tested)
  }

  /// Gives the primary family its verdicts, or says why there are none.
  private mutating func judge(
    _ declaration: LesionDeclaration, _ tested: [(condition: Int, effects: [TestedEffect])]
  ) {
    let scope = widestScope ?? ""
    let wanted = declaration.lesions ?? LesionDeclaration.defaultLesions
    let members = lesions.filter { lesion in
      wanted.contains { $0 == lesion || ($0 == "branches" && lesion.hasPrefix("branch-")) }
        && condition(lesion, scope) != nil && !isNothing(lesion, at: headlineScale(of: lesion))
    }
    let measures = (declaration.measures ?? LesionMeasure.allCases).filter {
      labelled >= VerdictRule.fewest || !$0.needsClass
    }
    let family = LesionFamily(
      lesions: members, measures: measures, scope: scope, scales: members.map(headlineScale),
      isDeclared: declaration.lesions != nil || declaration.measures != nil)
    primary = family
    withheld = Self.withheld(family, headline)
    guard withheld == nil else { return }
    var places: [(condition: Int, scale: Int, measure: LesionMeasure)] = []
    var tests: [VerdictRule.Tests] = []
    for (condition, effects) in tested where conditions[condition].scope == scope {
      guard let member = members.firstIndex(of: conditions[condition].lesion),
        let scale = scales.firstIndex(of: family.scales[member])
      else { continue }
      for measure in measures {
        guard let one = effects[scale].tested[measure] else { continue }
        places.append((condition, scale, measure))
        tests.append(one.tests(family.count))
      }
    }
    for (place, judgement) in zip(places, VerdictRule(.either).judge(tests)) {
      conditions[place.condition].byScale[place.scale].costs[place.measure]?.judgement =
        LesionJudgement(judgement)
    }
  }

  /// Why nothing may be judged, as a sentence.
  private static func withheld(_ family: LesionFamily, _ headline: Headline) -> String? {
    if headline.isConfounded {
      return "No verdicts: photographs with fewer pixels than the network's input are counted."
    }
    if headline.images < VerdictRule.fewest {
      return "No verdicts: \(counted(headline.images, "photograph")); three are the fewest."
    }
    return family.count == 0
      ? "No verdicts: no lesion of the primary family was recorded where it changes anything." : nil
  }
}

/// A condition's effect at one scale, with what verdicts on it would rest on.
struct TestedEffect {
  var accuracy: Estimate?
  var nll: Estimate?
  var costs: LesionResults.Costs
  var tested: [LesionMeasure: LesionTesting.Tested]
}

extension LesionTesting {
  /// One condition's effects at every scale.
  fileprivate func effects(
    _ condition: Int, _ table: LesionObservationTable, scales: [Double]
  ) -> [TestedEffect] {
    let places = scales.indices
    let isLabelled = !table.labelled.isEmpty
    let levels = isLabelled ? places.map { table.nll(condition, $0) } : []
    let nats = nats(
      rises: levels.enumerated().map { s, after in
        zip(after, table.nll(nil, s)).map { $0 - $1 }
      }, levels: levels, divergences: places.map { table.divergences(condition, $0) })
    return places.map { s in
      let changes = changes(table.changes(condition, s))
      let losses = isLabelled ? losses(table.answers(condition, s)) : nil
      var tested: [LesionMeasure: Tested] = [.agreement: changes, .kl: nats.divergences[s]]
      tested[.accuracy] = losses
      if isLabelled { tested[.nll] = nats.rises[s] }
      return TestedEffect(
        accuracy: isLabelled ? Estimate(table.correct(condition, s)) : nil,
        nll: isLabelled ? nats.levels[s] : nil,
        costs: LesionResults.Costs(
          nll: isLabelled ? nats.rises[s].cost : nil, accuracy: losses?.cost,
          agreement: changes.cost,
          kl: nats.divergences[s].cost), tested: tested)
    }
  }
}

extension Estimate {
  /// A share with Clopper and Pearson's interval; fewer than three photographs have none.
  init(_ share: BinomialShare) {
    self.init(
      mean: share.share, interval: share.count < VerdictRule.fewest ? [] : share.interval())
  }
}
