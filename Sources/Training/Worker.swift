import Engine
import Memory

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
  var scratch = Buffer.empty
  /// A convolution's input and output as floats, within a call, where maps are bfloat16.
  private(set) var widened = (input: Buffer.empty, output: Buffer.empty)
  /// Maps that live within a chunk.
  var arena = Buffer.empty
  /// Sums over the worker's pictures, in double precision; 0 when a batch begins.
  var sums = Buffer.empty
  /// Gradients of small matrices in their plain layout; 0 when a batch begins.
  var gradients = Buffer.empty
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
  func reserveWidened(_ bytes: Int) throws(MemoryError) {
    if widened.input.bytes < bytes {
      widened = (input: try Buffer(bytes: bytes), output: try Buffer(bytes: bytes))
    }
  }

  /// Scratch of at least so many bytes.
  func reserveScratch(_ bytes: Int) throws(MemoryError) {
    if scratch.bytes < bytes { scratch = try Buffer(bytes: bytes) }
  }
}
