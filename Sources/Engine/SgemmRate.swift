import CDNNL
import Foundation

/// The machine's own rate of multiplying matrices, for comparison with a network's.
///
/// - Parameters:
///   - side: Side of the square matrices.
///   - threads: OpenMP threads of oneDNN's sgemm.
/// - Returns: GFLOP/s of one multiplication, a multiply-add counting as two.
public func sgemmRate(side: Int = 3072, threads: Int) -> Double {
  let count = side * side
  let a = [Float](repeating: 0.5, count: count)
  let b = [Float](repeating: 0.25, count: count)
  var c = [Float](repeating: 0, count: count)
  omp_set_num_threads(Int32(threads))
  let n = dnnl_dim_t(side)
  let start = ContinuousClock.now
  let status = dnnl_sgemm(78, 78, n, n, n, 1, a, n, b, n, 0, &c, n)
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  guard status == dnnl_success else { return 0 }
  return 2 * Double(count) * Double(side) / seconds / 1e9
}
