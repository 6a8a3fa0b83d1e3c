import Engine

/// Pictures that a worker takes through a segment together.
struct Chunk {
  var pictures: Range<Int>
  /// The most pictures that a chunk of the segment has.
  var capacity: Int
}

/// What belongs to one of the threads that share a batch.
final class Worker {
  let index: Int
  let stream: Stream
  /// The worker's share of the batch.
  var pictures = 0..<0
  /// For oneDNN and the kernels, within a call.
  var scratch = Buffer(bytes: 0)
  /// A convolution's input and output as floats, within a call, where maps are bfloat16.
  private(set) var widened = (input: Buffer(bytes: 0), output: Buffer(bytes: 0))
  /// Maps that live within a chunk.
  var arena = Buffer(bytes: 0)
  /// Sums over the worker's pictures, in double precision; 0 when a batch begins.
  var sums = Buffer(bytes: 0)
  /// Gradients of small matrices in their plain layout; 0 when a batch begins.
  var gradients = Buffer(bytes: 0)
  /// Seconds by part, where they are measured.
  var seconds = [Double](repeating: 0, count: TrainingPart.allCases.count)

  init(index: Int) throws {
    self.index = index
    stream = try Stream()
  }

  func doubles(_ offset: Int) -> UnsafeMutablePointer<Double> {
    sums.raw.assumingMemoryBound(to: Double.self) + offset
  }

  /// Room for so many bytes of a convolution's input and output each.
  func reserveWidened(_ bytes: Int) {
    if widened.input.bytes < bytes {
      widened = (input: Buffer(bytes: bytes), output: Buffer(bytes: bytes))
    }
  }

  /// Scratch of at least so many bytes.
  func reserveScratch(_ bytes: Int) {
    if scratch.bytes < bytes { scratch = Buffer(bytes: bytes) }
  }
}
