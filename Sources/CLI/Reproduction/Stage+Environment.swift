import Comfy
import Foundation
import Recipe
import Store

extension Stage {
    /// What the server says of itself, with the numbers of threads that its process was started with.
    func environment() async throws -> JSON {
        let present = EnvironmentComparison.environment(ofSystemStats: try await server.systemStats())
        return process.map { present.with(threadsOf: $0.pid) } ?? present
    }
}

extension JSON {
    /// The environment with the numbers of threads that a process was started with.
    fileprivate func with(threadsOf process: Int32) -> JSON {
        guard var object = self.object,
            let block = FileManager.default.contents(atPath: "/proc/\(process)/environ")
        else { return self }
        var threads = JSON.Object()
        for entry in block.split(separator: 0) {
            let text = String(decoding: entry, as: UTF8.self)
            guard let equals = text.firstIndex(of: "=") else { continue }
            let name = String(text[..<equals])
            if ["OMP_NUM_THREADS", "MKL_NUM_THREADS"].contains(name) {
                threads[name] = .string(String(text[text.index(after: equals)...]))
            }
        }
        object["threads"] = .object(threads)
        return .object(object)
    }
}
