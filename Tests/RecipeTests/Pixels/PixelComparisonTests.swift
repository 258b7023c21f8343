import Foundation
import Recipe
import Support
import Testing

@Suite struct `Two images` {
    private let grey = [UInt8](repeating: 100, count: 16 * 16 * 4)

    @Test func `that are equal have no difference`() throws {
        let same = try #require(PixelComparison(grey, grey, width: 16, height: 16, channels: 4))
        #expect(same.meanSquare == 0 && same.ssim == 1 && same.largest == 0 && same.changed == 0)
    }

    @Test func `are measured by the mean square, SSIM, the largest difference and the changed pixels`() throws {
        var other = grey
        other[0] = 110
        let difference = try #require(PixelComparison(grey, other, width: 16, height: 16, channels: 4))
        #expect(difference.largest == 10 && difference.changed == 1 && difference.pixels == 256)
        // 100 / 1024 is the mean of the squares.
        #expect(difference.meanSquare == 100.0 / 1024)
        #expect(difference.ssim < 1 && difference.ssim > 0.9)
    }

    @Test func `of unlike structure have little similarity`() throws {
        let stripes = (0..<(16 * 16)).flatMap { index -> [UInt8] in
            [UInt8](repeating: index % 2 == 0 ? 0 : 255, count: 3) + [255]
        }
        let columns = (0..<(16 * 16)).flatMap { index -> [UInt8] in
            [UInt8](repeating: index / 16 % 2 == 0 ? 0 : 255, count: 3) + [255]
        }
        #expect(try #require(PixelComparison(stripes, columns, width: 16, height: 16, channels: 4)).ssim < 0.2)
    }

    @Test func `of different sizes are not compared`() {
        #expect(PixelComparison(grey, [1, 2], width: 16, height: 16, channels: 4) == nil)
    }
}

@Suite struct `A contact sheet` {
    @Test func `is a PNG of all images with their labels`() throws {
        var sheet = ContactSheet()
        for seed in 0..<5 {
            let isAdded = sheet.add(SmallImage.infotext("x"), label: "seed=\(seed)")
            #expect(isAdded)
        }
        let png = try #require(sheet.png(columns: 2))
        let pixels = try #require(PixelReader.rgba(png))
        // Three rows of two; something is written in every cell.
        #expect(pixels.size.width == 2 * 252 + 12)
        let bright = stride(from: 0, to: pixels.bytes.count, by: 4).filter { pixels.bytes[$0] > 200 }.count
        #expect(bright > 5 * 100)
    }

    @Test func `of a grid has its axes at its edges, and a gap where a run failed`() throws {
        var sheet = ContactSheet()
        for place in [0, 3] { sheet.add(SmallImage.infotext("x"), label: "", at: place) }
        let plain = try #require(sheet.png(columns: 2).flatMap { PixelReader.rgba($0) })
        let axes = ContactSheet.Axes(rows: ["cfg=4", "cfg=6"], columns: ["steps=1", "steps=2"])
        let grid = try #require(sheet.png(axes: axes).flatMap { PixelReader.rgba($0) })
        #expect(grid.size.width - plain.size.width == 5 * 18 + 12 && grid.size.height > plain.size.height)
        func ink(_ x: Range<Int>, _ y: Range<Int>) -> Int {
            y.reduce(0) { sum, y in sum + x.count { grid.bytes[(y * grid.size.width + $0) * 4] > 200 } }
        }
        let (left, top) = (5 * 18 + 12, 30 + 12)
        #expect(ink(0..<left, top..<grid.size.height) > 50 && ink(left..<grid.size.width, 0..<top) > 50)
        #expect(ink(0..<left, 0..<top) == 0)
    }

    @Test func `leaves out what cannot be decoded, and is none without images`() {
        var sheet = ContactSheet()
        let isAdded = sheet.add([1, 2, 3], label: "x")
        #expect(!isAdded)
        #expect(sheet.png() == nil)
    }
}
