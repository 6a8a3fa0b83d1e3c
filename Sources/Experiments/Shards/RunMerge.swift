import Engine
import Files
import Foundation
import Observing
import Pictures
import Recording
import SystemPackage
import Wording

/// Joins the shards of a run to the run that they are parts of.
///
/// What is joined equals what one process records, to the bit. One photograph is in memory at a time; killed
/// and repeated, it goes on. Shards are read as any store is, which may be a stranger's.
public struct RunMerge: Sendable {
  private let folders: [String]
  private let out: String

  /// Prepares to join shards; nothing happens yet.
  ///
  /// - Parameters:
  ///   - folders: The shards'.
  ///   - out: The run's.
  public init(shards folders: [String], out: String) {
    self.folders = folders
    self.out = out
  }

  /// Joins, analyses and draws.
  ///
  /// - Parameter progress: Told about every photograph.
  /// - Returns: What the run comes to.
  /// - Throws: One line naming the shard that is none of this run's, or those that are missing.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> ReportedRun {
    guard !folders.isEmpty else { throw ExperimentError.usage("no shards are named") }
    try checkPlaces()
    if let first = folders.first(where: OutcomeStore.isIn) {
      return try AblationMerge(folders, out: out, first: first).perform()
    }
    let whole = try Whole(folders)
    try whole.parts.checkComplete()
    try whole.checkContents(reporting: progress)
    do {
      let store = try RunStore.resumed(
        in: out, kind: whole.kind, description: whole.description, images: whole.images,
        startsAfresh: false, advice: "choose another --out")
      if try store.sources() != whole.sources {
        try store.note(sources: whole.sources, forgetting: false)
      }
      try progress.stoppingByItself { try join(whole, into: store, reporting: progress) }
      for part in whole.parts.parts { try keepExamples(of: part, total: whole.images.count, store) }
    }
    return try RunFolder.open(out).reported()
  }

  /// Refuses to write into what is read.
  private func checkPlaces() throws {
    let place = try? FilePath(out).identity()
    var seen: [FilePath.Identity: String] = [:]
    for folder in folders {
      guard let identity = try? FilePath(folder).identity() else { continue }
      if place == identity {
        throw ExperimentError.usage("--out \(out): is one of the shards; name another folder")
      }
      if let before = seen.updateValue(folder, forKey: identity) {
        throw ExperimentError.usage("\(before) and \(folder): are one folder")
      }
    }
  }

  private func join(
    _ whole: Whole, into store: RunStore, reporting progress: some RunProgress
  ) throws {
    let pending = Set(try store.pendingImages())
    let total = whole.images.count
    var done = total - pending.count
    progress.began(done: done, total: total)
    var batch: [ImageOutcome] = []
    var numbers = 0
    func commit() throws {
      try store.append(batch)
      numbers = 0
      batch.removeAll(keepingCapacity: true)
      guard progress.isToStop else { return }
      throw JobStopped(
        state: "\(done) of \(counted(total, whole.kind.item)) merged into \(out)",
        resuming: "the same command goes on")
    }
    for part in whole.parts.parts {
      // The run knows how long its network's outputs are.
      guard let run = try RunFolder.open(part.folder) as? any RecordedInStore else { continue }
      try run.store.forEachOutcome { outcome in
        guard part.shard.holds(outcome.imageIndex) else {
          throw RecordingError.damaged(
            folder: part.folder,
            reason: "table image, row \(outcome.imageIndex): is recorded, but none of shard"
              + " \(part.shard)")
        }
        guard pending.contains(outcome.imageIndex) else { return }
        batch.append(outcome)
        if case .numbers(let arrays) = outcome.result {
          numbers += arrays.reduce(0) { $0 + $1.count }
        }
        done += 1
        progress.advanced(done: done, total: total)
        if batch.count >= 64 || numbers > Self.mostNumbers || progress.isToStop { try commit() }
      }
    }
    try commit()
  }

  /// Numbers that wait for a commit: 32 MB.
  private static let mostNumbers = 4 << 20

  /// Takes over what figures show of a shard's photographs.
  private func keepExamples(of part: ShardFolders.Part, total: Int, _ store: RunStore) throws {
    let own = try RunStore.recorded(in: part.folder).ownFiles()
    let names = own.filter { name in
      guard RunFiles.isKnown(name), name.hasPrefix(RunFiles.examples + "/"),
        let index = Int(name.dropFirst(RunFiles.examples.count + 1).prefix { $0 != "-" })
      else { return false }
      return index < total && part.shard.holds(index)
    }.sorted()
    guard names.count <= 10_000 else {
      throw ExperimentError.failure("\(part.folder): has \(names.count) examples")
    }
    let present = names.filter { FilePath(part.folder).pushing(FilePath($0)).exists }
    let targets = try RunFiles(store).claim(present)
    for (name, target) in zip(present, targets) where !FilePath(target).exists {
      // Whatever the file holds, pixels are taken over.
      try Picture(contentsOfFile: FilePath(part.folder).pushing(FilePath(name)).string)
        .withoutAlpha.writePNG(toFile: target)
    }
  }
}

/// What shards say together of the run that they are parts of.
private struct Whole {
  let parts: ShardFolders
  let kind: any RecordedInStore.Type
  let description: RunDescription
  /// All photographs, each as its own shard has it.
  private(set) var images: [RecordedImage]
  /// The photographs that lesions took from.
  private(set) var sources: Set<Int> = []

  /// - Throws: If a folder is no shard, or of another run than the first, naming what differs.
  init(_ folders: [String]) throws {
    var first: (folder: String, store: RunStore, description: RunDescription)?
    var kind: (any RecordedInStore.Type)?
    var images: [RecordedImage] = []
    var noted: (folder: String, sources: Set<Int>)?
    parts = try ShardFolders(folders) { folder in
      guard try RunStore.probe(folder) == .run else {
        throw ShardFolders.NoRun(reason: "\(folder): holds no run")
      }
      // Says what is wrong with what a store says of itself.
      guard let run = try RunFolder.open(folder) as? any RecordedInStore else {
        throw ExperimentError.failure("\(folder): holds no run over photographs")
      }
      if let kind, kind.kind != type(of: run).kind {
        throw ExperimentError.failure(
          "\(folder): holds \(type(of: run).title), not \(kind.title) as \(first?.folder ?? "")")
      }
      kind = type(of: run)
      let store = try RunStore.recorded(in: folder)
      let description = try store.description()
      guard let shard = description.shard else {
        throw ExperimentError.failure("\(folder): is a whole run, no shard of one")
      }
      let own = try store.images()
      if let first {
        try Self.check(store, description, own, of: folder, with: first)
      } else {
        first = (folder, store, description)
        images = own
      }
      let recorded = try store.recordedImages()
      for image in own where shard.holds(image.index) {
        images[image.index] = image
      }
      let left = own.count { shard.holds($0.index) && !recorded.contains($0.index) }
      let sources = try store.sources()
      if let noted, !sources.isEmpty, noted.sources != sources {
        throw ExperimentError.failure(
          "\(folder): its lesions take from other photographs than those of \(noted.folder): "
            + Self.names(sources.symmetricDifference(noted.sources), of: own)
            + "; record both again")
      }
      if !sources.isEmpty { noted = noted ?? (folder, sources) }
      return ShardFolders.Part(
        folder: folder, shard: shard,
        lack: left > 0 ? "\(counted(left, type(of: run).item)) left to record" : nil)
    }
    guard var description = first?.description, let kind else {
      throw ExperimentError.usage("no shards are named")
    }
    description.shard = nil
    self.kind = kind
    self.description = description
    self.sources = noted?.sources ?? []
    self.images = images
  }

  private static func check(
    _ store: RunStore, _ description: RunDescription, _ images: [RecordedImage],
    of folder: String, with first: (folder: String, store: RunStore, description: RunDescription)
  ) throws {
    var given = description
    given.shard = first.description.shard
    var differences = try first.store.differences(from: given, images: images)
    let versions = [first.description.toolVersion, description.toolVersion]
    if !ToolVersion.recordSameNumbers(versions[0], versions[1]) {
      differences.append(
        "tool version: \(versions[0]) recorded \(first.folder), \(versions[1]) this one")
    }
    guard !differences.isEmpty else { return }
    throw ExperimentError.failure(
      "\(folder): is of another run than \(first.folder): \(differences.prefix(4).joined(separator: "; "))"
        + (differences.count > 4 ? "; and \(differences.count - 4) more" : ""))
  }

  private static func names(_ indices: Set<Int>, of images: [RecordedImage]) -> String {
    let names = indices.sorted().compactMap { index in
      images.indices.contains(index) ? images[index].path.text : nil
    }
    return names.prefix(3).joined(separator: ", ")
      + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }

  /// Refuses photographs that are others by now than those that were shown.
  ///
  /// Which are not where they were, as on another machine, cannot be told and are not held against anything.
  func checkContents(reporting progress: some RunProgress) throws {
    // Enough for whatever any run allowed.
    let limits = DecodingLimits(maximumMegapixels: 1000)
    let known = images.filter { $0.error == nil && !$0.sha256.isEmpty }
    var changed: [RecordedImage] = []
    var absent = 0
    try mapInOrder(
      count: known.count, workers: Machine.workers(nil), makeState: {},
      transform: { _, place -> Bool? in
        guard known[place].path.exists else { return nil }
        let hash = try ListedPhotograph.hash(of: known[place].path, limits: limits)
        return hash == known[place].sha256
      },
      consume: { place, isSame in
        if let isSame {
          if !isSame { changed.append(known[place]) }
        } else {
          absent += 1
        }
        return true
      })
    if absent > 0 {
      progress.say(
        "\(absent) of \(counted(known.count, "photograph")) not where they were: not checked for changes"
      )
    }
    guard !changed.isEmpty else { return }
    let names = changed.prefix(3).map { image in
      "\(image.path.text) (shard \(image.index % parts.count + 1))"
    }.joined(separator: ", ")
    throw ExperimentError.failure(
      "photographs: \(names)\(changed.count > 3 ? " and \(changed.count - 3) more" : "") changed since"
        + " they were recorded; restore them, or record all shards anew with --fresh")
  }
}
