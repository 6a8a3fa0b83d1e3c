import CDNNL

/// C = A B + β C, row-major; `T` turns A `[K, M]` or B `[N, K]`.
///
/// Rows of B lie `stride` numbers apart, which is their length unless it is given.
func sgemm(
  _ turnsA: Character, _ turnsB: Character, _ m: Int, _ n: Int, _ k: Int,
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, stride: Int? = nil, _ beta: Float,
  _ c: UnsafeMutablePointer<Float>
) throws(EngineError) {
  let letter = { (turn: Character) in CChar(UInt8(ascii: turn == "T" ? "T" : "N")) }
  try check(
    dnnl_sgemm(
      letter(turnsA), letter(turnsB), dnnl_dim_t(m), dnnl_dim_t(n), dnnl_dim_t(k), 1, a,
      dnnl_dim_t(turnsA == "T" ? m : k), b, dnnl_dim_t(stride ?? (turnsB == "T" ? k : n)), beta, c,
      dnnl_dim_t(n)), "dnnl_sgemm")
}
