import Checkpoints
import Engine
import Foundation
import Networks
import TestSupport
import Testing

@Suite(
  "Every operation of ONNX that is read",
  .enabled(
    if: isThere(ONNXRuntime.isThere, else: "ONNX operations for want of pip or its packages")))
struct ONNXOperationTests {
  /// Of each output's largest magnitude: float32 sums in other orders.
  static let tolerance: Float = 1e-4

  @Test(
    "gives ONNX Runtime's numbers, in every variant; what is not read is refused by its node's name"
  )
  func agree() throws {
    let folder = try ScratchFolder()
    let input = Formula.noise("input", count: 3 * 9 * 8).map { Float($0) }
    let bytes = input.withUnsafeBytes { [UInt8]($0) }
    _ = try folder.write(bytes, to: "input")
    let cases = try ONNXRuntime.shared.get().operations(into: folder.path(""))
    #expect(cases.count > 90)
    for network in cases {
      let model = try ONNXModel(contentsOfFile: folder.path(network.name + ".onnx"))
      func runner(_ set: InstructionSet) throws -> Runner {
        try Runner(
          try Plan(
            model.graph, weights: model.weights, picture: model.picture, instructionSet: set))
      }
      if let node = network.refused {
        let error = #expect(throws: EngineError.self) { try runner(.best) }
        #expect(error?.description.contains(node) == true, "\(network.name)")
        continue
      }
      let data = try Data(contentsOf: URL(filePath: folder.path(network.name + ".out")))
      let expected = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      for set in LoweringTests.sets {
        do {
          let runner = try runner(set)
          try runner.run(input)
          #expect(runner.logits.count == expected.count, "\(network.name)")
          guard runner.logits.count == expected.count else { continue }
          let error = relativeError(runner.logits, expected)
          #expect(error < Self.tolerance, "\(network.name), \(set): \(error)")
        } catch {
          Issue.record("\(network.name), \(set): \(error)")
        }
      }
    }
  }
}
