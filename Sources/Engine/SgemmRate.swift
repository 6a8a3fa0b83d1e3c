import CDNNL
import Foundation

/// The machine's own rate of dense arithmetic: one oneDNN `sgemm` with all cores, in GFLOP/s.
///
/// A yardstick for `sknet benchmark`: rates vary from second to second where neighbours share the
/// processor, so that it is measured in the same run, in alternation. Takes 12 × side² bytes while it
/// runs.
///
/// - Parameters:
///   - side: Rows and columns of the three matrices.
///   - threads: OpenMP threads; all active cores by default.
/// - Returns: 2 × side³ over the seconds that it took, in units of 10⁹.
/// - Throws: `EngineError.library` if oneDNN refuses.
public func sgemmRate(
  side: Int = 3072, threads: Int = ProcessInfo.processInfo.activeProcessorCount
) throws -> Double {
  let count = omp_get_max_threads()
  omp_set_num_threads(Int32(threads))
  defer { omp_set_num_threads(count) }
  let matrices = try (0..<3).map { _ in try Buffer(bytes: 4 * side * side) }
  for matrix in matrices { matrix.floats.update(repeating: 1, count: side * side) }
  let extent = dnnl_dim_t(side)
  let no = CChar(UInt8(ascii: "N"))
  let start = DispatchTime.now()
  // The buffers' last use is here; without this they would be freed while sgemm works on them.
  try withExtendedLifetime(matrices) { () throws(EngineError) in
    try check(
      dnnl_sgemm(
        no, no, extent, extent, extent, 1, matrices[0].floats, extent, matrices[1].floats, extent,
        0, matrices[2].floats, extent), "dnnl_sgemm")
  }
  let nanoseconds = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
  return 2 * pow(Double(side), 3) / Double(nanoseconds)
}
