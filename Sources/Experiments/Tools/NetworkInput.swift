import Checkpoints
import Networks
import Observing
import SystemPackage

extension GraphModel {
  /// What goes into the network: a picture as its preprocessing says, or an array as it is.
  ///
  /// - Parameter path: A picture, a `.npy`, or a safetensors file with `input`.
  /// - Returns: `[3, H, W]`.
  /// - Throws: One line naming the file.
  func input(from path: String) throws -> [Float] {
    let (height, width) = (picture.height, picture.width)
    if try ArrayFile.isArray(path) {
      let tensor = try ArrayFile.tensor(path, named: "input", or: "input")
      guard Array(tensor.shape.drop { $0 == 1 }) == [3, height, width] else {
        throw ExperimentError.failure(
          "\(path): expected [3, \(height), \(width)], found \(tensor.shape)")
      }
      guard tensor.values.allSatisfy(\.isFinite) else {
        throw ExperimentError.failure("\(path): is not finite")
      }
      return tensor.values
    }
    guard height == width else {
      throw ExperimentError.failure(
        "\(name): takes \(height) × \(width) pixels; pictures go in as squares, so give an"
          + " array instead")
    }
    return try PictureInput(judging: preprocessing, side: height)
      .inputs(of: ListedPhotograph(path: FilePath(path)))[0]
  }

  /// Takes what a user says of how files become the input, which arrays do not.
  ///
  /// - Returns: How they do; nil where all are arrays. `isOwn` where the model's file says it and nothing else was
  ///   asked for.
  /// - Throws: `ExperimentError.usage` for what is no preprocessing, or where an array is among the files.
  mutating func take(
    _ choice: InputChoice, for paths: [String]
  ) throws -> (line: String, isOwn: Bool)? {
    let arrays = try paths.filter(ArrayFile.isArray)
    if let array = arrays.first, choice.isGiven {
      throw ExperimentError.usage(
        "\(array): an array goes in as it is; --mean, --std, --crop, --channels and --range are for pictures"
      )
    }
    let own = try take(choice)
    guard arrays.count < paths.count else { return nil }
    return (
      preprocessing.line(side: picture.height, isKnown: isPreprocessingKnown), own == nil
    )
  }
}

/// Arrays that a user gives.
enum ArrayFile {
  /// Whether a file holds an array rather than a picture.
  static func isArray(_ path: String) throws -> Bool {
    try NPYFile.isNPY(path) || path.hasSuffix(".safetensors")
  }

  /// An array of a file: NumPy's only one, or of safetensors the first that has one of two names.
  static func tensor(_ path: String, named name: String, or other: String) throws -> Tensor {
    if try NPYFile.isNPY(path) { return try NPYFile.tensor(contentsOfFile: path) }
    let file = try SafetensorsFile(contentsOfFile: path)
    return try file.tensor(file.names.contains(name) ? name : other)
  }
}
