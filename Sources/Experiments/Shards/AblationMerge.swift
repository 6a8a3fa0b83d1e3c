import Analysis
import Foundation
import Networks
import Observing
import Recording
import Wording

/// Joins the shards of an ablation: what came of its trainings; the networks stay where they were trained.
struct AblationMerge {
  private let out: String
  private let parts: ShardFolders
  private let specification: AblationSpecification

  /// - Parameters:
  ///   - folders: The shards'.
  ///   - out: The ablation's.
  ///   - first: One that holds an ablation.
  /// - Throws: If a folder is no shard, or of another ablation, naming what differs.
  init(_ folders: [String], out: String, first: String) throws {
    self.out = out
    var known: (folder: String, specification: AblationSpecification)?
    parts = try ShardFolders(folders) { folder in
      guard OutcomeStore.isIn(folder) else {
        throw ShardFolders.NoRun(reason: "\(folder): holds no ablation")
      }
      let store = try OutcomeStore(folder: folder, forWriting: false)
      guard try store.hasBegun() else {
        throw ShardFolders.NoRun(reason: "\(folder): its ablation never began")
      }
      let specification = try store.specification()
      guard let part: AblationShard = try store.decoded(AblationShard.key) else {
        throw ExperimentError.failure("\(folder): is a whole ablation, no shard of one")
      }
      if let known, known.specification != specification {
        let differences = RunStore.differences(
          try JSONText.line(known.specification), try JSONText.line(specification))
        throw ExperimentError.failure(
          "\(folder): is of another ablation than \(known.folder): "
            + differences.prefix(3).joined(separator: "; "))
      }
      if let known,
        let other: AblationShard = try OutcomeStore(
          folder: known.folder, forWriting: false
        ).decoded(AblationShard.key),
        !ToolVersion.recordSameNumbers(part.toolVersion, other.toolVersion)
      {
        throw ExperimentError.failure(
          "\(folder): tool version: \(other.toolVersion) recorded \(known.folder), \(part.toolVersion)"
            + " this one")
      }
      known = known ?? (folder, specification)
      let left = try specification.jobs.enumerated().count { index, job in
        guard part.shard.holds(index) else { return false }
        return try job.keys.contains { try store.outcome($0) == nil }
      }
      return ShardFolders.Part(
        folder: folder, shard: part.shard,
        lack: left > 0 ? "\(counted(left, "training")) left, with what it is shown" : nil)
    }
    guard let known else { throw ExperimentError.failure("\(first): holds no ablation") }
    specification = known.specification
  }

  /// Refuses shards whose networks were shown different photographs.
  private func checkShown() throws {
    for kind in [AblationSpecification.Kind.zoom, .lesions] {
      var known: (folder: String, shown: AblationZoomSpecification)?
      for part in parts.parts {
        let store = try OutcomeStore(folder: part.folder, forWriting: false)
        for (index, job) in specification.jobs.enumerated() where part.shard.holds(index) {
          let key = AblationSpecification.key(job.variant.name, seed: job.seed, kind)
          guard job.keys.contains(key), let outcome = try store.outcome(key) else { continue }
          let shown: AblationZoomSpecification
          do {
            shown = try JSONDecoder().decode(
              AblationZoomSpecification.self, from: Data(outcome.specification.utf8))
          } catch {
            throw store.damaged(key, "specification: \(jsonProblem(error))")
          }
          let differences = try known.map {
            RunStore.differences(
              try JSONText.line($0.shown), try JSONText.line(shown.known(as: $0.shown)))
          }
          if let known, let differences, !differences.isEmpty {
            throw ExperimentError.failure(
              "\(part.folder): \(key): its network was shown something else than those of"
                + " \(known.folder): \(differences.prefix(3).joined(separator: "; "))")
          }
          known = known ?? (part.folder, shown)
        }
      }
    }
  }

  /// Joins and reports.
  func perform() throws -> ReportedRun {
    try parts.checkComplete()
    let jobs = specification.jobs
    try checkShown()
    do {
      let store = try OutcomeStore(folder: out, forWriting: true)
      if let other: AblationSpecification = try store.decoded(AblationSpecification.key),
        other != specification
      {
        throw ExperimentError.failure("\(out): another ablation lies here; choose another --out")
      }
      if let part: AblationShard = try store.decoded(AblationShard.key) {
        throw ExperimentError.failure(
          "\(out): holds shard \(part.shard) of an ablation; choose another --out")
      }
      for part in parts.parts {
        let shard = try OutcomeStore(folder: part.folder, forWriting: false)
        for (index, job) in jobs.enumerated() where part.shard.holds(index) {
          for key in job.keys where try store.outcome(key) == nil {
            guard let outcome = try shard.outcome(key) else {
              throw shard.damaged(key, "is missing")
            }
            try store.record(key, specification: outcome.specification, content: outcome.content)
          }
        }
      }
      try store.record(
        AblationSpecification.key, specification: "", content: JSONText.line(specification))
    }
    return try RunFolder.open(out).reported()
  }
}

/// Which shard of an ablation a store is.
struct AblationShard: Codable, Equatable {
  var shard: Shard
  /// Version of the tool that began it.
  var toolVersion: String

  /// The key of this value in the store.
  static let key = "shard"
}

extension AblationShard: CheckedOutcome {
  var problem: String? {
    Shard(shard.number, of: shard.count) == nil ? "there is no shard \(shard)" : nil
  }
}

extension AblationSpecification {
  /// One training with what its network is shown.
  struct Job {
    var variant: Variant
    var seed: UInt64
    /// Keys of its outcomes.
    var keys: [String]
  }

  /// All of them in their order, the seeds being the outer loop.
  var jobs: [Job] {
    training.seeds.flatMap { seed in
      variants.map { variant in
        var kinds = [Kind.training]
        if hasZoom, variant.architecture.hasAttention {
          kinds.append(.zoom)
          if hasLesions { kinds.append(.lesions) }
        }
        return Job(
          variant: variant, seed: seed, keys: kinds.map { Self.key(variant.name, seed: seed, $0) })
      }
    }
  }
}

extension RunStatus {
  /// How far an ablation is, by its trainings.
  init(ablation folder: String, isRunning: Bool) throws {
    let store = try OutcomeStore(folder: folder, forWriting: false)
    guard try store.hasBegun() else {
      self.init(
        folder: folder, counts: "trainings", shard: nil, state: .notBegun, total: 0, done: 0)
      return
    }
    let specification = try store.specification()
    let part: AblationShard? = try store.decoded(AblationShard.key)
    let jobs = specification.jobs.enumerated().filter { part?.shard.holds($0.offset) ?? true }
    let done = try jobs.count { try $0.element.keys.allSatisfy { try store.outcome($0) != nil } }
    self.init(
      folder: folder, counts: "trainings", shard: part?.shard,
      state: State(isRunning: isRunning, left: jobs.count - done), total: jobs.count, done: done)
  }
}

extension OutcomeStore {
  /// Whether anything was ever recorded.
  func hasBegun() throws -> Bool { try !keys().isEmpty }

  /// What the ablation is about.
  ///
  /// - Throws: If it is not said yet, as earlier versions said it in the end only.
  func specification() throws -> AblationSpecification {
    if let specification: AblationSpecification = try decoded(AblationSpecification.key) {
      return specification
    }
    let trained = try keys().count {
      $0.hasSuffix("/\(AblationSpecification.Kind.training.rawValue)")
    }
    throw ExperimentError.failure(
      "\(folder): the ablation is not finished: \(counted(trained, "training")) recorded, by a version that"
        + " says of how many in the end only; the command that began it goes on with it")
  }

  /// Takes down what an ablation is about, before anything came of it.
  ///
  /// - Throws: If the store is of another shard.
  func begin(_ shard: Shard?, of specification: AblationSpecification) throws {
    let isBegun = try outcome(AblationSpecification.key) != nil
    let recorded: AblationShard? = try decoded(AblationShard.key)
    guard !isBegun || recorded?.shard == shard else {
      let words = [recorded?.shard, shard].map { $0.map { "shard \($0)" } ?? "a whole ablation" }
      throw ExperimentError.failure(
        "\(folder): holds \(words[0]), \(words[1]) is asked for; choose another --out")
    }
    if let shard, recorded == nil {
      let part = AblationShard(shard: shard, toolVersion: ToolVersion.current)
      try record(AblationShard.key, specification: "", content: JSONText.line(part))
    }
    try record(
      AblationSpecification.key, specification: "", content: JSONText.line(specification))
  }
}
