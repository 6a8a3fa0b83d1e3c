import Pictures
import Stimuli
import Testing

@Suite("The crop protocol")
struct CropTests {
  @Test("gives Pillow's pixels to the bit", arguments: ZoomFixture.names)
  func pillow(name: String) throws {
    let fixture = try ZoomFixture()
    let specification = try StimulusSpecification(
      scales: ZoomFixture.scales, size: ZoomFixture.size, controls: [])
    let stimuli = try StimulusMaker(specification).stimuli(
      for: ZoomFixture.photograph(name), name: name)
    #expect(stimuli.map(\.scale) == ZoomFixture.scales)
    for stimulus in stimuli {
      #expect(stimulus.pixels == fixture.pixels(of: name, scale: stimulus.scale))
    }
  }
}
