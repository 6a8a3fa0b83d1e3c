import Analysis
import Figures
import Files
import Foundation
import Networks
import Observing
import Recording
import SystemPackage

/// Measures receptive fields of several networks alike and sets them side by side.
///
/// Each network's run lies in a folder of its own within the comparison's, and is one as any other: gone on with,
/// drawn, exported.
public struct FieldComparisonRun: Sendable {
  private let experiments: [FieldExperiment]
  private let out: String

  /// What a comparison leaves.
  public struct Outcome: Sendable {
    /// Every network's fields.
    public var comparison: FieldComparison
    /// The comparison's folder.
    public var folder: String
    /// Files written into it, those of the networks' runs not counted.
    public var files: [String]
    /// What could not be used, a line each.
    public var failed: [String]
  }

  /// Prepares to measure; nothing happens yet.
  ///
  /// - Parameters:
  ///   - experiment: What is asked of every network; its folder becomes the comparison's.
  ///   - models: The networks' names or files.
  public init(_ experiment: FieldExperiment, models: [String]) {
    out = experiment.out
    var labels: [String] = []
    experiments = models.map { model in
      let stem = FilePath(model).lastComponent.map { ModelSource.isFile(model) ? $0.stem : $0.text }
      let name = stem.map { $0.isEmpty ? "network" : $0 } ?? "network"
      var label = name
      var number = 2
      while labels.contains(label) {
        label = "\(name)-\(number)"
        number += 1
      }
      labels.append(label)
      var own = experiment
      own.model = model
      own.out = FilePath(experiment.out).appending(label).string
      return own
    }
  }

  /// Whether a word on a command line names a network rather than a picture or a folder of them.
  public static func isNetwork(_ word: String) -> Bool {
    guard ModelSource.isFile(word) else { return (try? Catalogue.found(named: word)) != nil }
    let path = FilePath(word)
    if (try? path.stat().type) == .directory { return false }
    if ["jpg", "jpeg", "png"].contains(path.extension?.lowercased()) { return false }
    let head = try? FileHandle(forReadingAtPath: word)?.read(upToCount: 3)
    return head.map { $0 != Data([0xFF, 0xD8, 0xFF]) && $0 != Data([0x89, 0x50, 0x4E]) } ?? true
  }

  /// Measures every network that is not measured yet, then writes `fields.json`, `table.txt` and the figure.
  ///
  /// - Parameter progress: Told about every picture.
  /// - Returns: The comparison and where it lies.
  /// - Throws: One line that names the file or setting.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> Outcome {
    guard experiments.allSatisfy({ $0.shard == nil }) else {
      throw ExperimentError.usage("--shard: several networks are not measured in shards; name one")
    }
    if try RunStore.probe(out) == .run {
      throw ExperimentError.failure("\(out): holds a run; choose another --out")
    }
    let paths = ["fields.json", "table.txt", "\(FieldsOverDepth([]).name).png"].map {
      FilePath(out).appending($0).string
    }
    try OwnDocument.check(paths, holding: FieldComparison.self, writtenBy: "a comparison of fields")
    try makeFolder(out)
    var networks: [FieldResults] = []
    var failed: [String] = []
    for experiment in experiments {
      let outcome = try experiment.perform(reporting: progress)
      networks.append(outcome.results)
      failed += outcome.failed
    }
    let comparison = FieldComparison(networks)
    try TextFile.write(comparison.json() + "\n", toFile: paths[0])
    try TextFile.write(comparison.table + "\n", toFile: paths[1])
    try FieldsOverDepth(networks).write(toFile: paths[2], format: .png)
    return Outcome(comparison: comparison, folder: out, files: paths, failed: failed)
  }
}
