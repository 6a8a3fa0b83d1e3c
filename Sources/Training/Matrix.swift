import CDNNL
import Engine

/// A matrix in someone else's memory, row-major.
struct Matrix {
  var values: UnsafeMutablePointer<Float>
  var rows: Int
  var columns: Int
  /// Floats from a row to the next.
  var stride: Int
  /// Whether it stands for its transpose.
  var isTransposed = false

  init(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
    self.values = values
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
  }

  var transposed: Matrix {
    var result = self
    result.isTransposed.toggle()
    return result
  }

  /// Writes or adds the product of two matrices.
  func set(_ a: Matrix, times b: Matrix, adds: Bool = false) throws(EngineError) {
    let inner = a.isTransposed ? a.rows : a.columns
    func letter(_ matrix: Matrix) -> CChar { CChar(UInt8(ascii: matrix.isTransposed ? "T" : "N")) }
    try check(
      dnnl_sgemm(
        letter(a), letter(b), dnnl_dim_t(rows), dnnl_dim_t(columns), dnnl_dim_t(inner), 1,
        a.values, dnnl_dim_t(a.stride), b.values, dnnl_dim_t(b.stride), adds ? 1 : 0, values,
        dnnl_dim_t(stride)),
      "dnnl_sgemm")
  }

  /// Adds each column's sum to a vector.
  func addColumnSums(to vector: UnsafeMutablePointer<Float>) {
    for row in 0..<rows {
      for column in 0..<columns { vector[column] += values[row * stride + column] }
    }
  }

  /// Writes a vector into every row.
  func fill(_ vector: UnsafePointer<Float>) {
    for row in 0..<rows { (values + row * stride).update(from: vector, count: columns) }
  }
}
