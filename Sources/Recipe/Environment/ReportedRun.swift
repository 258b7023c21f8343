extension Recipe {
    /// Takes back every doubt that a report of the run answers: what is told is not unknown.
    ///
    /// A report names every file of the run with its node, and the whole run is made again, so that an image has its place in
    /// its batch. The device that drew noise, and ComfyUI's version, are those of the environment.
    package mutating func take(reported environment: JSON?, holdsAllNodes: Bool) {
        var answered: Set<Reason.Code> = [.batchIndexUnknown, .batchCoupled]
        if holdsAllNodes { answered.insert(.nodeVersion) }
        let device = environment?["device"]?["type"]?.string
        if device != nil { answered.formUnion([.deviceNoise, .gpuNoise]) }
        // On the processor these repeat; of other devices that is not known before they were seen to.
        if device == "cpu" { answered.insert(.approximated) }
        findings.removeAll { finding in
            // Samplers that differ between devices repeat on one: measured, docs/GRADES.md.
            answered.contains(finding.code)
                || device != nil && finding.code == .samplerNondeterministic
                    && finding.subject.map(ComfySamplers.isNondeterministic) == true
        }
        if generator.name == "ComfyUI", let version = environment?["comfyui"]?["version"]?.string {
            generator.version = version
        }
    }
}
