import Foundation
import Stimuli
import Testing

@Suite("Gratings")
struct GratingTests {
  private func grating(
    _ aperture: Grating.Aperture, edge: Grating.Edge = .hard, orientation: Double = 0,
    phase: Double = .pi / 2
  ) -> Grating {
    Grating(
      frequency: 0.125, orientation: orientation, phase: phase, contrast: 0.8, aperture: aperture,
      edge: edge, row: 20, column: 20)
  }

  @Test("are waves about their centre")
  func waves() {
    let values = grating(.full).luminances(height: 41, width: 41)
    for column in 0..<41 {
      let expected = 0.5 * (1 + 0.8 * cos(2 * .pi * 0.125 * Double(column - 20)))
      for row in [0, 13, 40] { #expect(abs(values[row * 41 + column] - expected) < 1e-12) }
    }
    // A quarter turn makes columns of rows.
    let turned = grating(.full, orientation: .pi / 2).luminances(height: 41, width: 41)
    for place in [(3, 5), (20, 20), (40, 1)] {
      #expect(abs(turned[place.0 * 41 + place.1] - values[place.1 * 41 + place.0]) < 1e-12)
    }
    // The other phases: opposite and a quarter off.
    let opposite = grating(.full, phase: -.pi / 2).luminances(height: 41, width: 41)
    #expect(zip(values, opposite).allSatisfy { abs($0 + $1 - 1) < 1e-12 })
  }

  @Test(
    "end where their apertures end, and disc and annulus make the whole",
    arguments: Grating.Edge.allCases)
  func apertures(_ edge: Grating.Edge) {
    let whole = grating(.full).luminances(height: 41, width: 41)
    let disc = grating(.disc(radius: 9), edge: edge).luminances(height: 41, width: 41)
    let annulus = grating(.annulus(inner: 9), edge: edge).luminances(height: 41, width: 41)
    for row in 0..<41 {
      for column in 0..<41 {
        let place = row * 41 + column
        #expect(abs(disc[place] + annulus[place] - whole[place] - 0.5) < 1e-12)
        let distance = hypot(Double(row - 20), Double(column - 20))
        if distance < 8 { #expect(disc[place] == whole[place]) }
        if distance > 10 { #expect(disc[place] == 0.5) }
      }
    }
    // On the edge itself a raised cosine has half of the wave.
    let onEdge = disc[29 * 41 + 20] - 0.5
    let share = edge == .hard ? 1 : 0.5
    #expect(abs(onEdge - share * (whole[29 * 41 + 20] - 0.5)) < 1e-12)
  }
}
