import Foundation
import Networks
import SystemPackage

/// What identifies a run: the request, the network and the tool.
public struct RunDescription: Codable, Equatable, Sendable {
  /// The request as canonical JSON.
  public var specification: String
  /// The network's name.
  public var modelName: String
  /// SHA-256 of the weight file, hexadecimal.
  public var modelSHA256: String
  /// The network as JSON.
  public var architecture: String
  /// The units recorded, in the order in which a picture passes them.
  public var unitNames: [String]
  /// Channels of each unit.
  public var unitChannels: [Int]
  /// Number of branches, M.
  public var branchCount: Int
  /// Version of the tool that began the run; another version may go on with it.
  public var toolVersion: String
  /// Which part of the run is recorded here; nil for all of it.
  public var shard: Shard?

  /// Describes a run.
  public init(
    specification: String, modelName: String, modelSHA256: String, architecture: String,
    unitNames: [String], unitChannels: [Int], branchCount: Int, toolVersion: String,
    shard: Shard? = nil
  ) {
    self.specification = specification
    self.modelName = modelName
    self.modelSHA256 = modelSHA256
    self.architecture = architecture
    self.unitNames = unitNames
    self.unitChannels = unitChannels
    self.branchCount = branchCount
    self.toolVersion = toolVersion
    self.shard = shard
  }

  /// The longest description that is read, in bytes of JSON.
  static let mostBytes = 16 << 20

  /// What no run can say of itself, in one line; nil if all can be.
  var problem: String? {
    let limits = Architecture.Limits.self
    guard unitNames.count == unitChannels.count, unitNames.count <= limits.units.upperBound else {
      return "\(unitNames.count) units with \(unitChannels.count) numbers of channels"
    }
    guard Set(unitNames).count == unitNames.count else { return "a unit is named twice" }
    guard limits.branches.contains(branchCount) else { return "\(branchCount) branches" }
    if let shard, !shard.isPossible { return "there is no shard \(shard)" }
    if let channels = unitChannels.first(where: { !limits.channels.contains($0) }) {
      return "a unit of \(channels) channels"
    }
    return nil
  }
}

/// A photograph of a run.
public struct RecordedImage: Equatable, Sendable {
  /// Its place in the order of paths, from 0.
  public var index: Int
  /// Its path as it was given.
  public var path: FilePath
  /// SHA-256 of the file, hexadecimal; empty if it was not read: it could not be, or was far too large.
  public var sha256: String
  /// Its class in the network's output, where known.
  public var classIndex: Int?
  /// Its class id, where known.
  public var classID: String?
  /// Why it could not be used, if so.
  public var error: String?

  /// Describes a photograph.
  public init(
    index: Int, path: FilePath, sha256: String, classIndex: Int? = nil, classID: String? = nil,
    error: String? = nil
  ) {
    self.index = index
    self.path = path
    self.sha256 = sha256
    self.classIndex = classIndex
    self.classID = classID
    self.error = error
  }
}
