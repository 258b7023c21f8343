/// Why an image cannot be made again here and now, as a sentence.
package struct ReproductionError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
