import Foundation
import Pictures
import Stimuli
import TestSupport
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
      #expect(stimulus.control == nil)
      #expect(stimulus.pixels == fixture.pixels(of: name, scale: stimulus.scale))
    }
  }

  @Test(
    "shows the same of a photograph that is decoded by rows",
    arguments: [
      "pictures/rgba16.png", "pictures/rgb420.jpg", "pictures/interlaced.png",
      "pictures/orientation-6.jpg",
    ], [[], [Control.gate], [.blur]])
  func rows(path: String, controls: [Control]) throws {
    let specification = try StimulusSpecification(
      scales: [1, 1.5], size: 16, controls: controls, background: .noise)
    let maker = try StimulusMaker(specification)
    let bytes = try Array(Data(contentsOf: URL(filePath: Fixtures.path(path))))
    let target = Box(left: 3, top: 4, right: 90, bottom: 17)
    let expected = try maker.stimuli(for: Picture(decoding: bytes), target: target, name: "a")
    let stimuli = try maker.stimuli(decoding: bytes, target: target, name: "a")
    #expect(stimuli.map(\.pixels) == expected.map(\.pixels))
    #expect(stimuli.map(\.box) == expected.map(\.box))
    #expect(stimuli.map(\.visibleShare) == expected.map(\.visibleShare))
    #expect(stimuli.map(\.control) == expected.map(\.control))
  }

  @Test("takes the central square of the share of the shorter side, divided by the scale")
  func box() throws {
    let picture = Picture(width: 100, height: 60, color: (1, 2, 3))
    let specification = try StimulusSpecification(
      scales: [1, 2.5], size: 16, crop: 0.5, controls: [])
    let stimuli = try StimulusMaker(specification).stimuli(for: picture, name: "a")
    #expect(stimuli.map(\.box.width) == [30, 12])
    #expect(stimuli.map(\.sourceSide) == [30, 12])
    #expect(stimuli.map(\.isUndersampled) == [false, true])
    #expect(stimuli.map(\.visibleShare) == [1, 1])
    for stimulus in stimuli {
      #expect(stimulus.box.centerX == 50)
      #expect(stimulus.box.centerY == 30)
    }
  }

  @Test("records the share of the target that is within the crop")
  func visibleShare() throws {
    let picture = Picture(width: 100, height: 100, color: (1, 2, 3))
    let specification = try StimulusSpecification(scales: [1, 2], size: 16, controls: [])
    let stimuli = try StimulusMaker(specification).stimuli(
      for: picture, target: Box(left: 0, top: 40, right: 50, bottom: 60), name: "a")
    // At scale 2, columns 25…75 are shown: half of the target's.
    #expect(stimuli.map(\.visibleShare) == [1, 0.5])
  }

  @Test("refuses a scale that leaves less than one source pixel")
  func tooLarge() throws {
    let specification = try StimulusSpecification(scales: [1, 6], size: 16)
    let error = #expect(throws: StimulusError.self) {
      try StimulusMaker(specification).stimuli(
        for: Picture(width: 9, height: 5, color: (0, 0, 0)), name: "small.png")
    }
    #expect(error?.description.hasPrefix("small.png: 9 × 5 pixels leave less than one") == true)
    _ = try StimulusMaker(StimulusSpecification(scales: [1, 5], size: 16)).stimuli(
      for: Picture(width: 9, height: 5, color: (0, 0, 0)), name: "just right")
  }

  @Test("a photograph of one pixel is shown as that")
  func onePixel() throws {
    let specification = try StimulusSpecification(scales: [1], size: 4)
    let stimuli = try StimulusMaker(specification).stimuli(
      for: Picture(width: 1, height: 1, color: (9, 8, 7)), name: "dot")
    #expect(
      stimuli.map(\.pixels) == [[UInt8]]([Array(repeating: [9, 8, 7], count: 16).flatMap(\.self)]))
    #expect(stimuli[0].isUndersampled)
  }

  @Test("the controls stand beside every scale, or every one above the smallest")
  func controls() throws {
    let specification = try StimulusSpecification(
      scales: [1, 1.5, 3], size: 16, controls: ZoomProtocol.crop.controls(atScales: [1, 1.5, 3]))
    let picture = try ZoomFixture.photograph(ZoomFixture.names[0])
    let stimuli = try StimulusMaker(specification).stimuli(for: picture, name: "goldfish")
    func scales(_ control: Control?) -> [Double] {
      stimuli.filter { $0.control == control }.map(\.scale)
    }
    #expect(scales(nil) == [1, 1.5, 3])
    for control in [Control.blur, .spectrum, .local] { #expect(scales(control) == [1.5, 3]) }
    for control in [Control.psf, .scrambled, .surround, .noise] {
      #expect(scales(control) == [1, 1.5, 3])
    }
    #expect(scales(.gate).isEmpty)
  }
}
