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
    add("difference", of: \.difference)
    add("verdict") { $0.verdict?.rawValue }
    add("paper_error_percent") { $0.paper?.error.map { "\($0)" } }
    add("paper_parameters_millions") { $0.paper?.parameters.map { "\($0)" } }
    add("paper_macs_thousand_millions") { $0.paper?.macs.map { "\($0)" } }
    add("paper_certainty") { $0.paper?.certainty.rawValue }
    add("measure") { $0.measure?.rawValue }
    for unit in results.units() {
      add("shift_\(unit)") { $0.unit(unit)?.shift }
      add("excess_\(unit)") { $0.unit(unit)?.excess }
    }
    for lesion in results.lesions {
      add("accuracy_lost_\(lesion)") { $0.lesion(lesion)?.accuracyLost }
      add("divergence_\(lesion)") { $0.lesion(lesion)?.divergence }
    }
    return (header, results.variants.map { variant in columns.map { $0(variant) ?? "" } })
  }
}
