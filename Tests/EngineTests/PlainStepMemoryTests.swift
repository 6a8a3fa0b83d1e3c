import AllocationFailure
import Engine
import Networks
import TestSupport
import Testing

@Suite("Plain steps' memory")
struct PlainStepMemoryTests {
  /// Every operation that no pattern takes where it stands here.
  private func graph() throws -> Graph {
    var graph = Graph()
    var value = try graph.add("picture", .picture(channels: 4))
    func add(_ name: String, _ operation: Graph.Operation, _ inputs: [Int]? = nil) throws {
      value = try graph.add(name, operation, inputs ?? [value])
    }
    try add("edge", .padding(.init(before: [0, 0, 1, 2], after: [0, 0, 2, 1], mode: .reflect)))
    try add("apart", .slice(axis: 2, start: 1, count: 5, step: 2))
    try add("picked", .selection(axis: 3, indices: [3, 0, 7, 7, 2], dropsAxis: false))
    try add(
      "larger", .resizing(.init(size: .init(7, 6), mode: .bilinear, coordinates: .halfPixel)))
    try add("turned", .transpose([0, 1, 3, 2]))
    try add(
      "layer norm",
      .normalization(.init(scope: .axes(from: 1), scale: nil, shift: nil, epsilon: 1e-3)))
    try add(
      "group norm", .normalization(.init(scope: .groups(2), scale: nil, shift: nil, epsilon: 1e-3)))
    try add("over rows", .softmax(axis: 3))
    let map = value
    try add("largest", .reduction(.maximum, axes: [3], keepsAxes: true))
    try add("less", .combination(.subtract), [map, value])
    try add("spread", .activation(.softplus))
    try add("total", .reduction(.sum, axes: [1, 2], keepsAxes: false))
    try add("mean", .reduction(.mean, axes: [0], keepsAxes: false))
    graph.output = value
    return graph
  }

  @Test(
    "is planned once: a run asks for none",
    arguments: InstructionSet.allCases.filter { $0 <= .best }, [Precision.f32, .bf16])
  func allocations(_ set: InstructionSet, _ precision: Precision) throws {
    guard precision == .f32 || (set == .avx512 && Precision.bf16.isSupported) else { return }
    let graph = try graph()
    let side = SpatialSize(height: 11, width: 9)
    let plan = try Plan(
      graph, weights: Weights(), picture: side, precision: precision, instructionSet: set)
    #expect(plan.layers.filter { $0.implementation == "plain" }.count > 8)
    let runner = try Runner(plan)
    let input = Formula.noise("input", count: 4 * side.count).map { Float($0) }
    // What is made at the first call of a function is the runtime's.
    for _ in 0..<2 { try runner.run(input) }
    let before = sk_allocation_count()
    for _ in 0..<10 { try runner.run(input) }
    #expect(sk_allocation_count() - before == 0)
    // The count counts.
    let more = [Float](repeating: Float(set == .portable ? 1 : 0), count: plan.inputCount)
    try runner.run(more)
    #expect(sk_allocation_count() > before)
  }
}
