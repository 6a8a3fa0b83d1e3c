import Networks
import Testing

@Suite("Redrawn gates")
struct GateRedrawingTests {
  @Test("have the trained weights' mean and spread, and nothing else changes")
  func spread() throws {
    let architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    let trained = Weights.formula(for: architecture)
    let redrawn = trained.redrawingGates(of: architecture, seed: 1)
    #expect(redrawn.tensors.count == trained.tensors.count)
    var changed = 0
    for parameter in architecture.parameters {
      let before = try #require(trained[parameter.name])
      let after = try #require(redrawn[parameter.name])
      #expect(after.shape == before.shape)
      guard parameter.name.contains(".select."), parameter.name.hasSuffix(".weight") else {
        #expect(after == before, "\(parameter.name)")
        continue
      }
      changed += 1
      func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
        let count = Double(values.count)
        let mean = values.reduce(0) { $0 + Double($1) } / count
        let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        return (mean, variance.squareRoot())
      }
      let (old, new) = (moments(before.values), moments(after.values))
      // Five standard errors of a thousand values and more.
      let count = Double(before.values.count)
      #expect(abs(new.mean - old.mean) < 5 * old.deviation / count.squareRoot())
      #expect(abs(new.deviation / old.deviation - 1) < 5 / (2 * count).squareRoot())
    }
    #expect(changed == 2 * architecture.units.count)
  }

  @Test("follow from the seed")
  func seed() throws {
    let architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    let trained = Weights.formula(for: architecture)
    let name = architecture.units[0].prefix + "select.0.weight"
    func redrawn(_ seed: UInt64) -> Tensor? {
      trained.redrawingGates(of: architecture, seed: seed)[name]
    }
    #expect(redrawn(1) == redrawn(1))
    #expect(redrawn(1) != redrawn(2))
  }
}
