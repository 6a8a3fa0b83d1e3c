import Engine
import Networks

/// Memory for a map of every picture of a batch, shared by maps that do not live at the same time.
final class Store {
  /// The largest map that lies here, in floats a picture.
  private(set) var pictureSize = 0
  private(set) var buffer = Buffer(bytes: 0)

  func reserve(_ size: Int) { pictureSize = max(pictureSize, size) }

  /// Makes the memory, once all maps are known.
  func allocate(pictures: Int) { buffer = Buffer(bytes: 4 * pictureSize * pictures) }
}

/// A map of blocked activations or gradients: for every picture of the batch, or for those of a worker's
/// chunk alone.
struct Field {
  private enum Place {
    case batch(Store)
    /// In the worker's arena, after this many floats a picture.
    case chunk(Int)
  }

  /// Channels, whole blocks.
  let channels: Int
  let extent: SpatialSize
  private let place: Place
  /// Floats from a picture to the next.
  private let stride: Int
  /// Floats from a picture's start to the first channel.
  private var offset = 0

  /// A map that lives as long as the store is not used for another.
  init(channels: Int, extent: SpatialSize, in store: Store) {
    self.init(channels: channels, extent: extent, place: .batch(store))
    store.reserve(stride)
  }

  /// A map that lives within a chunk.
  init(channels: Int, extent: SpatialSize, arenaOffset: Int) {
    self.init(channels: channels, extent: extent, place: .chunk(arenaOffset))
  }

  private init(channels: Int, extent: SpatialSize, place: Place) {
    self.channels = channels
    self.extent = extent
    self.place = place
    stride = channels * extent.count
  }

  /// Some of the channels; the pictures are then not next to each other.
  func channels(_ range: Range<Int>) -> Field {
    var slice = Field(self, channels: range.count)
    slice.offset += range.lowerBound * extent.count
    return slice
  }

  private init(_ field: Field, channels: Int) {
    self.channels = channels
    extent = field.extent
    place = field.place
    stride = field.stride
    offset = field.offset
  }

  /// Whether one picture's values end where the next one's begin.
  var isContiguous: Bool { stride == channels * extent.count }

  /// Positions of a map.
  var positions: Int { extent.count }

  /// A picture's map.
  func pointer(_ picture: Int, _ worker: Worker, _ chunk: Chunk) -> UnsafeMutablePointer<Float> {
    switch place {
    case .batch(let store): store.buffer.floats + (picture * stride + offset)
    case .chunk(let start):
      worker.arena.floats
        + (chunk.capacity * start + (picture - chunk.pictures.lowerBound) * stride + offset)
    }
  }

  /// The first picture's map.
  func pointer(_ worker: Worker, _ chunk: Chunk) -> UnsafeMutablePointer<Float> {
    pointer(chunk.pictures.lowerBound, worker, chunk)
  }
}
