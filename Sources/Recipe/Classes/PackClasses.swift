/// Which inputs of well-known packs name files of which folder, if the input's name does not show it: facts from their code, for images
/// that were not reported. `?` means that the rest of the class is unknown; a file written by `scripts/classes --all` has everything.
enum PackClasses {
    static let lines: StaticString = #"""
        ADE_AnimateDiffLoaderGen1	?	model_name=@animatediff_models	
        ADE_AnimateDiffLoaderWithContext	?	model_name=@animatediff_models	
        ADE_LoadAnimateDiffModel	?	model_name=@animatediff_models	
        DiffusionModelLoaderKJ	?	model_name=@diffusion_models	
        HighRes-Fix Script	?	pixel_upscaler=@upscale_models;control_net_name=@controlnet	
        IPAdapterModelLoader	?	ipadapter_file=@ipadapter	
        NunchakuFluxDiTLoader	?	model_path=@diffusion_models	
        NunchakuQwenImageDiTLoader	?	model_name=@diffusion_models	
        NunchakuTextEncoderLoader	?	text_encoder1=@text_encoders;text_encoder2=@text_encoders;int4_model=@text_encoders	
        ONNXDetectorProvider	?	model_name=@onnx	
        SAMLoader	?	model_name=@sams	
        TensorRTLoader	?	unet_name=@tensorrt	
        UltralyticsDetectorProvider	?	model_name=@ultralytics	
        """#
}
