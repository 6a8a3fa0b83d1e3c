import CDNNL
import Foundation

/// The machine's own rate of dense arithmetic: oneDNN's `sgemm` on all cores, in GFLOP/s.
///
/// A yardstick for `sknet benchmark`: rates vary from second to second where neighbours share the
/// processor, so that it is measured in the same run, in alternation. Takes 12 × side² bytes while it
/// runs. Each thread multiplies rows of its own: OpenMP's threads, by which the library would share the
/// work out itself, end the process where the system has none left.
///
/// - Parameters:
///   - side: Rows and columns of the three matrices.
///   - threads: Threads; as many as active cores by default.
/// - Returns: 2 × side³ over the seconds that it took, in units of 10⁹.
/// - Throws: `EngineError.library` if oneDNN refuses, `EngineError.threads` without a single thread.
public func sgemmRate(
  side: Int = 3072, threads: Int = ProcessInfo.processInfo.activeProcessorCount
) throws -> Double {
  let matrices = try (0..<3).map { _ in try Buffer(bytes: 4 * side * side) }
  for matrix in matrices { matrix.floats.update(repeating: 1, count: side * side) }
  let extent = dnnl_dim_t(side)
  let start = DispatchTime.now()
  try mapInOrder(
    count: threads, workers: threads, makeState: {},
    transform: { _, thread in
      let rows = thread * side / threads..<(thread + 1) * side / threads
      guard !rows.isEmpty else { return }
      let no = CChar(UInt8(ascii: "N"))
      let (from, to) = (
        matrices[0].floats + rows.lowerBound * side, matrices[2].floats + rows.lowerBound * side
      )
      try check(
        dnnl_sgemm(
          no, no, dnnl_dim_t(rows.count), extent, extent, 1, from, extent, matrices[1].floats,
          extent, 0, to, extent), "dnnl_sgemm")
    }, consume: { _, _ in true })
  let nanoseconds = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
  return 2 * pow(Double(side), 3) / Double(nanoseconds)
}
