import Wording

extension AblationTable {
  /// The header of `ablation.csv` and its lines, one a variant; shares as shares, not per cent.
  public var csv: (header: [String], rows: [[String]]) {
    var header = ["variant"]
    var columns: [(AblationResults.Variant) -> String?] = [{ spreadsheetName($0.name) }]
    func add(_ name: String, _ value: @escaping (AblationResults.Variant) -> String?) {
      header.append(name)
      columns.append(value)
    }
    func add(_ name: String, of value: @escaping (AblationResults.Variant) -> Estimate?) {
      add(name) { value($0).map { "\($0.mean)" } }
      add(name + "_low") { value($0)?.interval.first.map { "\($0)" } }
      add(name + "_high") { value($0)?.interval.last.map { "\($0)" } }
    }
    add("parameters") { "\($0.parameters)" }
    add("macs") { "\($0.macs)" }
    for (index, seed) in results.training.seeds.enumerated() {
      add("error_seed_\(seed)") { index < $0.errors.count ? "\($0.errors[index])" : nil }
    }
    add("error", of: \.error)
    let results = results
    add("difference") { results.contrast(of: $0).map { "\($0.difference.mean)" } }
    add("difference_low") { results.contrast(of: $0)?.difference.interval.first.map { "\($0)" } }
    add("difference_high") { results.contrast(of: $0)?.difference.interval.last.map { "\($0)" } }
    add("p_holm") { results.contrast(of: $0)?.p.map { "\($0)" } }
    add("verdict") { results.contrast(of: $0)?.verdict?.rawValue }
    add("smallest_detectable") { results.contrast(of: $0)?.smallestDetectable.map { "\($0)" } }
    add("paper_difference") { results.contrast(of: $0)?.paper.map { "\($0)" } }
    add("paper_standing") { results.contrast(of: $0)?.paperStanding?.rawValue }
    add("paper_error_percent") { $0.paper?.error.map { "\($0)" } }
    add("paper_parameters_millions") { $0.paper?.parameters.map { "\($0)" } }
    add("paper_macs_thousand_millions") { $0.paper?.macs.map { "\($0)" } }
    add("paper_certainty") { $0.paper?.certainty.rawValue }
    add("measure") { $0.measure?.rawValue }
    for unit in results.units() {
      add("shift_\(unit)") { $0.unit(unit)?.shift }
      add("slope_\(unit)") { $0.unit(unit)?.slope }
      add("excess_\(unit)") { $0.unit(unit)?.excess }
      add("verdict_\(unit)") { $0.unit(unit)?.judgement?.verdict.rawValue }
    }
    for lesion in results.lesions {
      add("accuracy_lost_\(lesion)") { $0.lesion(lesion)?.accuracyLost }
      add("nll_rise_\(lesion)") { $0.lesion(lesion)?.nllRise }
      add("divergence_\(lesion)") { $0.lesion(lesion)?.divergence }
    }
    return (header, results.variants.map { variant in columns.map { $0(variant) ?? "" } })
  }
}
