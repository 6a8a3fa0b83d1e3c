import Foundation
import Pictures
import Stimuli
import Testing

@Suite("The bands of local contrast")
struct SteerableBandTests {
  @Test("add up to the picture", arguments: [1, 2, 8, 17, 32, 64, 65])
  func frame(size: Int) {
    let picture = SpectraTests.noise(size, contrast: 100, seed: 4)
    let bands = SteerableBands(size: size)
    let spectra = Spectra(of: [picture])
    let spectrum = bands.spectrum(of: 0, in: spectra)
    let same = bands.picture(
      bands.amplified(spectrum, to: bands.energies(spectrum), coarse: spectrum))
    for (a, b) in zip(picture.pixels, same.pixels) { #expect(abs(Int(a) - Int(b)) <= 1) }
  }

  @Test("have the zoomed picture's energy in every tile", arguments: ZoomFixture.names)
  func energies(name: String) throws {
    let specification = try StimulusSpecification(scales: [1, 2], size: 64, controls: [.local])
    let pictures = try StimulusMaker(specification).stimuli(
      for: ZoomFixture.photograph(name), name: name
    ).map { Picture(width: 64, height: 64, pixels: $0.pixels) }
    let bands = SteerableBands(size: 64)
    let spectra = Spectra(of: pictures)
    let energies = pictures.indices.map { bands.energies(bands.spectrum(of: $0, in: spectra)) }
    /// Mean distance of the energies of bands, channels and tiles from the zoomed picture's, as a logarithm.
    func distance(_ picture: Int) -> Double {
      var (sum, count) = (0.0, 0.0)
      for (own, zoomed) in zip(energies[picture], energies[1]) {
        for (a, b) in zip(own.joined(), zoomed.joined()) {
          sum += abs(log2((a + 1) / (b + 1)))
          count += 1
        }
      }
      return sum / count
    }
    // Bands and tiles overlap, and levels clip: a third is left.
    #expect(distance(2) < 0.35 * distance(0))
    #expect(distance(2) < 0.4)
  }
}
