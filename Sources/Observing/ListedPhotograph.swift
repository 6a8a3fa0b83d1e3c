import Checkpoints
import Engine
import Files
import Pictures
import Recording
import Stimuli
import SystemPackage

/// A photograph as a request lists it.
package struct ListedPhotograph: Sendable {
  /// Where it lies.
  package var path: FilePath
  /// What the run that recorded it calls it, if that was given another path; nil for `path`.
  package var recordedPath: FilePath?
  /// What `hash(of:limits:)` gave when it was listed; nil if nobody records it.
  package var sha256: String?
  /// The target's box in its pixels.
  package var target: Box?
  /// Its class in the network's output, where known.
  package var classIndex: Int?
  /// Its class id, where known.
  package var classID: String?

  package init(
    path: FilePath, sha256: String? = nil, target: Box? = nil, classIndex: Int? = nil,
    classID: String? = nil
  ) {
    self.path = path
    self.sha256 = sha256
    self.target = target
    self.classIndex = classIndex
    self.classID = classID
  }

  /// Its path in the run's store.
  package var storedPath: FilePath { recordedPath ?? path }

  /// Photographs with their targets, unhashed, and what lies in their folders and was not taken.
  ///
  /// - Parameters:
  ///   - images: Files and folders, searched whole.
  ///   - boxes: File or folder of the targets' boxes.
  ///   - choice: Which box counts where a photograph has several.
  /// - Returns: The photographs, and one line; nil if all was taken.
  /// - Throws: If there are no photographs, or the boxes cannot be read.
  package static func list(
    _ images: [FilePath], boxes: String?, choice: BoxChoice
  ) throws -> (photographs: [ListedPhotograph], skipped: String?) {
    let list = try ImageList(images)
    let boxes = try boxes.map {
      try TargetBoxes(contentsOf: FilePath($0), photographs: list.paths, choice: choice)
    }
    return (
      list.paths.map { ListedPhotograph(path: $0, target: boxes?[$0]) }, list.skipped.line
    )
  }

  /// Its stimuli, of the bytes that were listed.
  ///
  /// - Throws: `PictureError` if it cannot be read, or is another picture than it was; `StimulusError`.
  package func stimuli(by maker: StimulusMaker, limits: DecodingLimits) throws -> [Stimulus] {
    try maker.stimuli(
      decoding: try bytes(limits: limits), limits: limits, target: target, name: path.text)
  }

  /// SHA-256 of a photograph's file, as a run records it: empty of a file that cannot be read, or is larger
  /// than 64 MB and would be refused by its size or first bytes.
  ///
  /// What is wrong is told when the photograph's turn comes, by name.
  ///
  /// - Throws: `PictureError` if the process has no descriptors left.
  package static func hash(of path: FilePath, limits: DecodingLimits) throws(PictureError) -> String
  {
    do throws(PictureError) {
      return try SHA256.hexDigest(of: Picture.file(path, limits: limits))
    } catch {
      if error.isOfProcess { throw error }
      return ""
    }
  }

  /// What is recorded as every photograph's hash; nil of other shards', which are not read.
  package static func hashes(
    of paths: [FilePath], in shard: Shard?, limits: DecodingLimits, workers: Int
  ) throws -> [String?] {
    var hashes: [String?] = []
    hashes.reserveCapacity(paths.count)
    try mapInOrder(
      count: paths.count, workers: workers, makeState: {},
      transform: { _, index -> String? in
        guard shard?.holds(index) ?? true else { return nil }
        return try hash(of: paths[index], limits: limits)
      },
      consume: { _, hash in
        hashes.append(hash)
        return true
      })
    return hashes
  }

  /// SHA-256 of the boxes of some photographs.
  package static func digest(of photographs: [ListedPhotograph]) -> String {
    let lines = photographs.map { photograph in
      let path = photograph.storedPath.text
      return photograph.target.map {
        "\(path) \($0.left) \($0.top) \($0.right) \($0.bottom)"
      } ?? path
    }
    return SHA256.hexDigest(of: Array(lines.joined(separator: "\n").utf8))
  }

  private func bytes(limits: DecodingLimits) throws(PictureError) -> [UInt8] {
    let bytes = try Picture.encoded(in: path, limits: limits)
    if let sha256, SHA256.hexDigest(of: bytes) != sha256 {
      throw PictureError(
        path: path.text,
        reason: sha256.isEmpty
          ? "could not be read when the photographs were listed"
          : "was replaced since the photographs were listed")
    }
    return bytes
  }
}
