import ArgumentParser
import Recipe
import Store

/// An image as people name one.
struct ImageArgument: ParsableArguments {
    @Argument(
        help: """
            An image's file, its path as 'list images' prints it, the id or the pin of a snapshot, or a file name that one \
            image alone has.
            """, completion: Offers.image)
    var image: String

    func find(in store: Store) throws -> FoundImage { try Naming(store).image(image) }
}
