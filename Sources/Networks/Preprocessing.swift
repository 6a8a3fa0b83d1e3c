/// How a picture's pixels become the network's input.
///
/// The value given to the network is `(pixel · scale − mean[c]) / std[c]`, with pixels of 0…255 and
/// c in the order of `channelOrder`. At scale 1 the network sees the central square of side
/// `crop` × the shorter side, resampled once to `size` × `size`.
public struct Preprocessing: Codable, Hashable, Sendable {
  /// Order of the input's channels.
  public enum ChannelOrder: String, Codable, Hashable, Sendable {
    case rgb = "RGB"
    case bgr = "BGR"
  }

  /// Resampling filter, antialiased.
  public enum Interpolation: String, Codable, Hashable, Sendable {
    case bicubic
    case bilinear
  }

  /// Side of the input in pixels.
  public var size: Int
  /// Subtracted from the scaled values, one per channel.
  public var mean: [Double]
  /// Divides the centred values, one per channel.
  public var std: [Double]
  /// Multiplies the pixels.
  public var scale: Double
  /// Order of the channels.
  public var channelOrder: ChannelOrder
  /// Side of the central square as a share of the picture's shorter side.
  public var crop: Double
  /// Resampling filter.
  public var interpolation: Interpolation

  /// Describes a preprocessing; defaults are ImageNet's usual ones.
  public init(
    size: Int, mean: [Double] = [0.485, 0.456, 0.406], std: [Double] = [0.229, 0.224, 0.225],
    scale: Double = 1 / 255, channelOrder: ChannelOrder = .rgb, crop: Double = 1,
    interpolation: Interpolation = .bicubic
  ) {
    self.size = size
    self.mean = mean
    self.std = std
    self.scale = scale
    self.channelOrder = channelOrder
    self.crop = crop
    self.interpolation = interpolation
  }
}
