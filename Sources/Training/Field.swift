import Engine
import Memory
import Networks

/// Memory for a map of every picture of a batch, shared by maps that do not live at the same time.
final class Store {
  /// Bytes of a number.
  let size: Int
  /// The largest map that lies here, in numbers a picture.
  private(set) var pictureSize = 0
  private(set) var buffer = Buffer.empty

  init(size: Int) { self.size = size }

  func reserve(_ size: Int) { pictureSize = max(pictureSize, size) }

  /// Makes the memory, once all maps are known.
  func allocate(pictures: Int) throws(MemoryError) {
    buffer = try Buffer(bytes: bytes(pictures: pictures).value)
  }

  /// What `allocate` will take.
  func bytes(pictures: Int) -> ByteCount { ByteCount([pictureSize, pictures], of: size) }
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
  /// Bytes of a number: 4 or, where the variant's maps are bfloat16, 2.
  let size: Int
  private let place: Place
  /// Numbers from a picture to the next.
  private let stride: Int
  /// Numbers from a picture's start to the first channel.
  private var offset = 0

  /// A map that lives as long as the store is not used for another.
  init(channels: Int, extent: SpatialSize, in store: Store) {
    self.init(channels: channels, extent: extent, size: store.size, place: .batch(store))
    store.reserve(stride)
  }

  /// A map that lives within a chunk.
  init(channels: Int, extent: SpatialSize, size: Int, arenaOffset: Int) {
    self.init(channels: channels, extent: extent, size: size, place: .chunk(arenaOffset))
  }

  private init(channels: Int, extent: SpatialSize, size: Int, place: Place) {
    self.channels = channels
    self.extent = extent
    self.size = size
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
    size = field.size
    place = field.place
    stride = field.stride
    offset = field.offset
  }

  /// Whether one picture's values end where the next one's begin.
  var isContiguous: Bool { stride == channels * extent.count }

  /// Positions of a map.
  var positions: Int { extent.count }

  /// A picture's map.
  func pointer(_ picture: Int, _ worker: Worker, _ chunk: Chunk) -> UnsafeMutableRawPointer {
    switch place {
    case .batch(let store): store.buffer.raw + size * (picture * stride + offset)
    case .chunk(let start):
      worker.arena.raw + 4 * chunk.capacity * start
        + size * ((picture - chunk.pictures.lowerBound) * stride + offset)
    }
  }

  /// The first picture's map.
  func pointer(_ worker: Worker, _ chunk: Chunk) -> UnsafeMutableRawPointer {
    pointer(chunk.pictures.lowerBound, worker, chunk)
  }

  /// A picture's map that is in float32.
  func floats(
    _ picture: Int, _ worker: Worker, _ chunk: Chunk
  ) -> UnsafeMutablePointer<Float> {
    precondition(size == 4, "a map of bfloat16 taken for one of floats")
    return pointer(picture, worker, chunk).assumingMemoryBound(to: Float.self)
  }
}
