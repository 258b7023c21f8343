package import Comfy
import Foundation
package import Recipe
package import Store
import SystemPackage

extension ComfyServer {
    /// The server's process; nil if it is on another machine or cannot be seen.
    package var process: Opener? { ListeningProcess.at(address).flatMap { Opener(process: $0) } }

    /// The server's environment, with the numbers of threads that its process was started with.
    package func environment(of process: Opener?) async throws -> JSON {
        let present = EnvironmentComparison.environment(ofSystemStats: try await systemStats())
        return process.map { present.with(threadsOf: $0.pid) } ?? present
    }

    /// Differences between the inputs of a graph's node classes now and in the recorded environment.
    package func differences(of graph: ComfyGraph, recorded: JSON?) async throws -> [NodeClasses.Difference] {
        let present = try await objectInfo(of: Set(graph.list.map(\.classType)).sorted())
        return NodeClasses.differences(graph, recorded: recorded?["objectInfo"], present: present)
    }
}

extension JSON {
    /// The environment, with the numbers of threads that a process was started with.
    fileprivate func with(threadsOf process: Int32) -> JSON {
        guard var object = self.object,
            let block = ProcessFile.told(of: process, { ProcessFile.bytes("/proc/\(process)/environ") })
        else { return self }
        var threads = JSON.Object()
        for entry in block.split(separator: 0) {
            let text = String(decoding: entry, as: UTF8.self)
            guard let equals = text.firstIndex(of: "=") else { continue }
            let name = String(text[..<equals])
            if EnvironmentComparison.threadVariables.contains(name) {
                threads[name] = .string(String(text[text.index(after: equals)...]))
            }
        }
        object["threads"] = .object(threads)
        return .object(object)
    }
}
