import Analysis
import Networks
import Testing

@Suite("What attention says about kernel size")
struct MeasureTests {
  private func branch(_ kernel: Int, _ dilation: Int) -> Architecture.Branch {
    Architecture.Branch(kernel: kernel, dilation: dilation, groups: 32)
  }

  @Test("two branches: the larger kernel's attention minus the other's")
  func two() {
    #expect(BranchMeasure(branches: [branch(3, 1), branch(3, 2)]).coefficients == [-1, 1])
    #expect(BranchMeasure(branches: [branch(5, 1), branch(3, 1)]).coefficients == [1, -1])
    #expect(BranchMeasure(branches: [branch(5, 1), branch(3, 2)]).coefficients == [-1, 1])
    let measure = BranchMeasure(branches: [branch(3, 1), branch(3, 2)])
    #expect(measure.kind == .attentionDifference && measure.larger == 1)
    #expect(measure.value(of: [0.25, 0.75]) == 0.5)
  }

  @Test("three branches: the expected kernel size")
  func three() throws {
    let branches = [branch(3, 1), branch(5, 1), branch(3, 3)]
    let measure = BranchMeasure(branches: branches)
    #expect(measure.kind == .expectedKernelSize && measure.larger == 2)
    #expect(measure.coefficients == [3, 5, 7])
    #expect(measure.value(of: [0.5, 0.25, 0.25]) == 4.5)
    let photograph = RecordedPhotograph(
      path: "a",
      stimuli: [(1.0, [0.5, 0.25, 0.25]), (2, [0, 0.5, 0.5])].map {
        RecordedStimulus(
          scale: $0.0, control: nil, isUndersampled: false, meanAttention: [$0.1],
          channelsUp: nil, rank: nil)
      })
    let results = try ZoomResults.of([photograph], branches: branches)
    #expect(results.measure == .expectedKernelSize)
    #expect(results.units[0].shift.mean == 1.5)
    #expect(results.units[0].byScale.map(\.meanAttention) == [[0.5, 0.25, 0.25], [0, 0.5, 0.5]])
    #expect(results.units[0].branches.map(\.size) == [3, 5, 7])
    #expect(ZoomTable(results).text.contains("expected kernel size"))
  }

  @Test("channels go up one by one; those that stay do not count")
  func channels() {
    let measure = BranchMeasure(branches: [branch(3, 1), branch(3, 2)])
    // [branch, channel]: up, down, same, up.
    let before: [Float] = [0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 0]
    let after: [Float] = [0.4, 0.6, 0.5, 0.75, 0.6, 0.4, 0.5, 0.25]
    #expect(measure.shareOfChannels(up: after, from: before) == 0.5)
  }
}
