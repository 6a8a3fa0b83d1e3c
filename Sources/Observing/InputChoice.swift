import Checkpoints
import Foundation
import Networks

/// How pictures become a network's input, where a user says otherwise than the model's file.
///
/// ONNX says nothing of it: what is not given is then ImageNet's usual.
public struct InputChoice: Equatable, Sendable {
  /// Largest value of a pixel before mean and deviation are applied.
  public enum Range: String, CaseIterable, Sendable {
    case one = "1"
    case bytes = "255"
  }

  /// Order of the channels that go in.
  public enum Channels: String, CaseIterable, Sendable {
    case rgb, bgr

    var order: Preprocessing.ChannelOrder { self == .rgb ? .rgb : .bgr }
  }

  /// Side of the input in pixels.
  public var size: Int?
  /// Subtracted from each channel, in the network's order of channels.
  public var mean: [Double]?
  /// Divides each channel.
  public var std: [Double]?
  /// Side of the central square as a share of the shorter side.
  public var crop: Double?
  /// Order of the channels.
  public var channels: Channels?
  /// Largest value of a pixel.
  public var range: Range?

  /// Collects what is given.
  public init(
    size: Int? = nil, mean: [Double]? = nil, std: [Double]? = nil, crop: Double? = nil,
    channels: Channels? = nil, range: Range? = nil
  ) {
    self.size = size
    self.mean = mean
    self.std = std
    self.crop = crop
    self.channels = channels
    self.range = range
  }

  /// Whether anything but the size is given.
  package var isGiven: Bool { self != InputChoice(size: size) }

  /// A preprocessing with what is given in the place of its own.
  ///
  /// Another range or order of channels takes mean and deviation along, where these are not given.
  ///
  /// - Throws: `ExperimentError.usage` for what is no preprocessing.
  package func applied(to own: Preprocessing) throws -> Preprocessing {
    guard isGiven else { return own }
    var result = own
    if let order = channels?.order, order != own.channelOrder {
      result.channelOrder = order
      result.mean.reverse()
      result.std.reverse()
    }
    if let range {
      let scale = range == .one ? 1 / 255.0 : 1
      let factor = scale / own.scale
      result.scale = scale
      result.mean = result.mean.map { $0 * factor }
      result.std = result.std.map { $0 * factor }
    }
    result.mean = mean ?? result.mean
    result.std = std ?? result.std
    result.crop = crop ?? result.crop
    do {
      try result.validate()
    } catch {
      // By the name that it is given with.
      let name = error.field.split(separator: ".").last ?? ""
      throw ExperimentError.usage("\(name): \(error.problem)")
    }
    return result
  }
}

extension GraphModel {
  /// Takes what a user says of how pictures become the input; the size is not read.
  ///
  /// - Returns: The preprocessing where the model's file does not say it, or something else; nil where it does.
  /// - Throws: `ExperimentError.usage` for what is no preprocessing.
  package mutating func take(_ input: InputChoice) throws -> Preprocessing? {
    preprocessing = try input.applied(to: preprocessing)
    return input.isGiven || !isPreprocessingKnown ? preprocessing : nil
  }
}

extension Preprocessing {
  /// A line that says how pictures become the network's input.
  package func line(side: Int, isKnown: Bool) -> String {
    func list(_ values: [Double]) -> String {
      values.map { String(format: "%g", $0) }.joined(separator: ",")
    }
    let range = String(format: "%g", 255 * scale)
    return "input: \(side) px, \(channelOrder.rawValue), 0 to \(range), mean \(list(mean)), std "
      + "\(list(std)), crop \(String(format: "%g", crop))"
      + (isKnown ? "" : " (not in the file: ImageNet's, but for what was given)")
  }
}
