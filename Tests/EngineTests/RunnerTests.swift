import Engine
import Foundation
import Networks
import Testing

@Suite("A runner")
struct RunnerTests {
  private static let tiny = FixtureNetwork.tiny

  private func plan(_ set: InstructionSet = .best, _ precision: Precision = .f32) throws -> Plan {
    try Plan(
      Self.tiny, weights: .formula(for: Self.tiny), height: 64, width: 64, precision: precision,
      instructionSet: set)
  }

  private func picture(_ index: Int) -> [Float] {
    Formula.noise("picture \(index)", count: 3 * 64 * 64).map { Float($0) }
  }

  @Test("gives the same bits for any number of workers, with and without probes")
  func workers() throws {
    let plan = try plan()
    let pictures = (0..<9).map { picture($0) }
    func run(workers: Int, probes: Bool) throws -> [[Float]] {
      var results: [[Float]] = []
      try mapInOrder(
        count: pictures.count, workers: workers,
        makeState: { try Runner(plan, recordsMeans: probes, timesLayers: probes) },
        transform: { runner, index in
          try runner.run(pictures[index])
          return runner.logits + plan.units.indices.flatMap { runner.attention(ofUnit: $0) }
        },
        consume: { _, output in
          results.append(output)
          return true
        })
      return results
    }
    let alone = try run(workers: 1, probes: false)
    #expect(try run(workers: 3, probes: false) == alone)
    #expect(try run(workers: 2, probes: true) == alone)
  }

  @Test("works on another thread than the one that compiled the plan")
  func threads() throws {
    let plan = try plan()
    let runner = try Runner(plan)
    try runner.run(picture(0))
    let here = runner.logits
    var there: [Float] = []
    try mapInOrder(
      count: 1, workers: 1, makeState: { try Runner(plan) },
      transform: { [picture = picture(0)] runner, _ in
        try runner.run(picture)
        return runner.logits
      },
      consume: { _, logits in
        there = logits
        return true
      })
    #expect(here == there)
  }

  @Test("has attention that sums to 1")
  func attention() throws {
    let runner = try Runner(try plan())
    try runner.run(picture(1))
    for (index, unit) in runner.plan.units.enumerated() {
      let attention = runner.attention(ofUnit: index)
      #expect(attention.count == 2 * unit.width)
      for channel in 0..<unit.width {
        #expect(abs(attention[channel] + attention[unit.width + channel] - 1) < 1e-6)
      }
    }
    #expect(runner.attention(ofUnit: 99).isEmpty)
    #expect(runner.outputMeans(ofUnit: 0).isEmpty)
  }

  @Test("measures its layers if asked")
  func times() throws {
    let runner = try Runner(try plan(), timesLayers: true)
    try runner.run(picture(0))
    #expect(runner.layerNanoseconds.count == runner.plan.layers.count)
    #expect(runner.layerNanoseconds.allSatisfy { $0 > 0 })
  }

  /// In a process of its own, where nobody else allocates; oneDNN's own short-lived tables come and go.
  @Test("keeps no memory from run to run")
  func memory() async {
    await #expect(processExitsWith: .success) {
      let network = FixtureNetwork.tiny
      let plan = try Plan(network, weights: .formula(for: network), height: 64, width: 64)
      let runner = try Runner(plan)
      try runner.intervene(plan.units.indices.map { $0.isMultiple(of: 2) ? .swapped : .uniform })
      let input = [Float](repeating: 0.5, count: 3 * 64 * 64)
      // What was freed before, and counting itself, settle in the first rounds.
      for _ in 0..<100 { try runner.run(input) }
      _ = try bytesInUse()
      for _ in 0..<100 { try runner.run(input) }
      let before = try bytesInUse()
      for _ in 0..<500 { try runner.run(input) }
      // Less than a byte a run.
      #expect(try bytesInUse() < before + 500)
      let another = try Runner(plan)
      #expect(try bytesInUse() > before + plan.workspaceBytes / 2)
      withExtendedLifetime(another) {}
    }
  }

  @Test("plans no reference code and counts the exact multiply-adds")
  func layers() throws {
    let plan = try plan()
    #expect(plan.layers.allSatisfy { !$0.implementation.contains("ref") })
    #expect(plan.layers.allSatisfy { !$0.implementation.isEmpty })
    // Counted by hooks on PyTorch's modules (reference counts of the tiny SKNet-26 at 64 x 64).
    #expect(plan.layers.reduce(0) { $0 + $1.macs } == 67_139_584)
  }
}

/// Bytes that the process holds by `malloc`, as glibc counts them.
private func bytesInUse() throws -> Int {
  typealias Information = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32
  var text: UnsafeMutablePointer<CChar>?
  var length = 0
  guard let symbol = dlsym(nil, "malloc_info"), let stream = open_memstream(&text, &length) else {
    throw CocoaError(.featureUnsupported)
  }
  let status = unsafeBitCast(symbol, to: Information.self)(0, stream)
  fclose(stream)
  defer { free(text) }
  guard status == 0, let text else { throw CocoaError(.featureUnsupported) }
  // The totals follow the last heap: what lies free, mapped blocks, and what the system gave.
  var sizes: [String: Int] = [:]
  for line in String(cString: text).components(separatedBy: "</heap>").last?.split(separator: "\n")
    ?? []
  {
    let fields = line.split(separator: "\"")
    guard fields.count > 3, let size = Int(fields[fields.count - 2]) else { continue }
    sizes[String(fields[0].dropFirst()) + String(fields[1]), default: 0] += size
  }
  guard let system = sizes["system type=current"], let rest = sizes["total type=rest"],
    let fast = sizes["total type=fast"], let mapped = sizes["total type=mmap"]
  else { throw CocoaError(.featureUnsupported) }
  return system - rest - fast + mapped
}
