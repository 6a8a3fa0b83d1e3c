import Checkpoints
import Networks

/// A file of `Tests/Fixtures` with the numbers that someone else computed.
public struct Fixture: Sendable {
  /// The file itself, for what is not a tensor of floats.
  public let file: SafetensorsFile

  /// Opens `Tests/Fixtures/NAME.safetensors`.
  public init(_ name: String) throws {
    file = try SafetensorsFile(contentsOfFile: Fixtures.path(name + ".safetensors"))
  }

  /// A tensor of floats.
  public func tensor(_ name: String) throws -> Tensor { try file.tensor(name) }

  /// A tensor of integers, row-major.
  public func integers(_ name: String) throws -> [Int] { try file.integers(name) }

  /// A tensor's bytes: pixels of `uint8`.
  public func bytes(_ name: String) throws -> [UInt8] { try file.bytes(of: name) }
}

extension Fixtures {
  /// The bundled model: a trained SKNet-26 for 64 × 64 pictures.
  public static let bundledModel = repository.appending(
    path: "Sources/Experiments/Resources/sknet26-tiny.safetensors"
  ).path
}
