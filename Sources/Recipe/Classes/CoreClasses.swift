/// The inputs and outputs of ComfyUI's own node classes: facts from its `/object_info`, one class a line, in the form that
/// `scripts/lib/classes/table.py` describes. Written by `scripts/classes`, never by hand, from ComfyUI 0.3.64, 0.33.0.
enum CoreClasses {
    static let lines: StaticString = #"""
        APG		model=MODEL;eta=FLOAT;norm_threshold=FLOAT;momentum=FLOAT	MODEL=MODEL
        ARVideoI2V		model=MODEL;vae=VAE;start_image=IMAGE;width=INT;height=INT;length=INT;batch_size=INT	MODEL=MODEL;LATENT=LATENT
        AddLayer		image=IMAGE;layers=LAYERS;mask=MASK;name=STRING;x=INT;y=INT;opacity=FLOAT;blend_mode=COMBO;rotation=FLOAT;width=INT;height=INT;z_index=INT;flip_h=BOOLEAN;flip_v=BOOLEAN	LAYERS=LAYERS
        AddNoise		model=MODEL;noise=NOISE;sigmas=SIGMAS;latent_image=LATENT	LATENT=LATENT
        AddTextPrefix		texts=STRING;prefix=STRING	texts=STRING
        AddTextSuffix		texts=STRING;suffix=STRING	texts=STRING
        AdjustBrightness		images=IMAGE;factor=FLOAT	images=IMAGE
        AdjustContrast		images=IMAGE;factor=FLOAT	images=IMAGE
        AlignYourStepsScheduler		model_type=COMBO;steps=INT;denoise=FLOAT	SIGMAS=SIGMAS
        AnimaLLLiteApply		model=MODEL;model_patch=MODEL_PATCH;image=IMAGE;strength=FLOAT;start_percent=FLOAT;end_percent=FLOAT;mask=MASK	MODEL=MODEL
        ApplyTextureToMesh		mesh=MESH;base_color=IMAGE;metallic=IMAGE;roughness=IMAGE;occlusion=IMAGE;normal_map=IMAGE	mesh=MESH
        AudioAdjustVolume		audio=AUDIO;volume=INT	AUDIO=AUDIO
        AudioConcat		audio1=AUDIO;audio2=AUDIO;direction=COMBO	AUDIO=AUDIO
        AudioEncoderEncode		audio_encoder=AUDIO_ENCODER;audio=AUDIO	AUDIO_ENCODER_OUTPUT=AUDIO_ENCODER_OUTPUT
        AudioEncoderLoader		audio_encoder_name=@audio_encoders	AUDIO_ENCODER=AUDIO_ENCODER
        AudioEqualizer3Band		audio=AUDIO;low_gain_dB=FLOAT;low_freq=INT;mid_gain_dB=FLOAT;mid_freq=INT;mid_q=FLOAT;high_gain_dB=FLOAT;high_freq=INT	AUDIO=AUDIO
        AudioMerge		audio1=AUDIO;audio2=AUDIO;merge_method=COMBO	AUDIO=AUDIO
        BakeAmbientOcclusion		low_poly=MESH;high_poly=MESH;resolution=INT;samples=INT;max_distance=FLOAT;strength=FLOAT;bias=FLOAT	occlusion=IMAGE
        BakeNormalMapFromMesh		low_poly=MESH;high_poly=MESH;resolution=INT;cage_distance=FLOAT;ignore_backfaces=BOOLEAN	normal_map=IMAGE
        BakeTextureFromVoxel		mesh=MESH;voxel_colors=VOXEL;texture_size=INT;reference_mesh=MESH	base_color=IMAGE;metallic=IMAGE;roughness=IMAGE
        BasicGuider		model=MODEL;conditioning=CONDITIONING	GUIDER=GUIDER
        BasicScheduler		model=MODEL;scheduler=COMBO;steps=INT;denoise=FLOAT	SIGMAS=SIGMAS
        BatchImagesNode		images.*=IMAGE	IMAGE=IMAGE
        BatchLatentsNode		latents.*=LATENT	LATENT=LATENT
        BatchMasksNode		masks.*=MASK	MASK=MASK
        BeebleSwitchXImageEdit	h	image=IMAGE;prompt=STRING!;alpha_mode=COMBO;alpha_mode.alpha_keyframe=MASK?select;alpha_mode.alpha_mask=MASK?custom;max_resolution=COMBO;seed=INT#;reference_image=IMAGE	image=IMAGE;alpha=MASK
        BeebleSwitchXVideoEdit	h	video=VIDEO;prompt=STRING!;alpha_mode=COMBO;alpha_mode.alpha_keyframe=MASK?select;alpha_mode.alpha_mask=MASK?custom;max_resolution=COMBO;seed=INT#;reference_image=IMAGE	video=VIDEO;alpha=VIDEO
        BerniniConditioning		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;source_video=IMAGE;reference_video=IMAGE;reference_images.*=IMAGE;ref_max_size=INT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        BetaSamplingScheduler		model=MODEL;steps=INT;alpha=FLOAT;beta=FLOAT	SIGMAS=SIGMAS
        BriaEraser	h	image=IMAGE;mask=MASK;mask_type=COMBO;moderation=COMBO;moderation.visual_input_moderation=BOOLEAN?true;moderation.visual_output_moderation=BOOLEAN?true	IMAGE=IMAGE
        BriaExpandImage	h	image=IMAGE;expand_mode=COMBO;expand_mode.ratio_width=INT?custom_ratio;expand_mode.ratio_height=INT?custom_ratio;expand_mode.canvas_width=INT?manual;expand_mode.canvas_height=INT?manual;expand_mode.image_width=INT?manual;expand_mode.image_height=INT?manual;expand_mode.image_x=INT?manual;expand_mode.image_y=INT?manual;prompt=STRING!;negative_prompt=STRING!;seed=INT#;moderation=COMBO;moderation.prompt_content_moderation=BOOLEAN?true;moderation.visual_input_moderation=BOOLEAN?true;moderation.visual_output_moderation=BOOLEAN?true	IMAGE=IMAGE;prompt=STRING
        BriaGenFill	h	image=IMAGE;mask=MASK;prompt=STRING!;negative_prompt=STRING!;refine_prompt=BOOLEAN;seed=INT#;moderation=COMBO;moderation.prompt_content_moderation=BOOLEAN?true;moderation.visual_input_moderation=BOOLEAN?true;moderation.visual_output_moderation=BOOLEAN?true	IMAGE=IMAGE
        BriaImageEditNode	h	model=COMBO;image=IMAGE;prompt=STRING!;negative_prompt=STRING!;structured_prompt=STRING!;seed=INT#;guidance_scale=FLOAT;steps=INT;moderation=COMBO;moderation.prompt_content_moderation=BOOLEAN?true;moderation.visual_input_moderation=BOOLEAN?true;moderation.visual_output_moderation=BOOLEAN?true;mask=MASK	IMAGE=IMAGE;structured_prompt=STRING
        BriaIncreaseResolution	h	image=IMAGE;desired_increase=COMBO;auto_downscale=BOOLEAN;moderation=COMBO;moderation.visual_input_moderation=BOOLEAN?true;moderation.visual_output_moderation=BOOLEAN?true	IMAGE=IMAGE
        BriaRemoveImageBackground	h	image=IMAGE;moderation=COMBO;moderation.visual_input_moderation=BOOLEAN?true;moderation.visual_output_moderation=BOOLEAN?true;seed=INT#	IMAGE=IMAGE
        BriaRemoveVideoBackground	h	video=VIDEO;background_color=COMBO;seed=INT#	VIDEO=VIDEO
        BriaTransparentVideoBackground	h	video=VIDEO;seed=INT#	images=IMAGE;mask=MASK
        BriaVideoGreenScreen	h	video=VIDEO;green_shade=COMBO;seed=INT#	VIDEO=VIDEO
        BriaVideoReplaceBackground	h	video=VIDEO;seed=INT#;background_image=IMAGE;background_video=VIDEO	VIDEO=VIDEO
        BuildJsonPromptIdeogram		element=ARRAY;high_level_description=STRING!;background=STRING!;style=COMBO;style.photo=STRING?photo;style.art_style=STRING?art_style;aesthetics=STRING;lighting=STRING;medium=STRING;color_palette=COLORS<	prompt=DICT
        ByteDance2FirstLastFrameNode	h	model=COMBO;model.prompt=STRING!?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.resolution=COMBO?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.duration=INT?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.generate_audio=BOOLEAN?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.output_format=COMBO?Seedance 2.5;model.ratio=COMBO?Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;seed=INT#;watermark=BOOLEAN;first_frame=IMAGE;last_frame=IMAGE;first_frame_asset_id=STRING;last_frame_asset_id=STRING	VIDEO=VIDEO
        ByteDance2ReferenceNode	h	model=COMBO;model.prompt=STRING!?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.resolution=COMBO?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.ratio=COMBO?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.duration=INT?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.generate_audio=BOOLEAN?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.video_editing=BOOLEAN?Seedance 2.5;model.output_format=COMBO?Seedance 2.5;model.reference_images.*=IMAGE;model.reference_videos.*=VIDEO;model.reference_audios.*=AUDIO;model.reference_assets.*=STRING<;model.auto_downscale=BOOLEAN?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.auto_upscale=BOOLEAN?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        ByteDance2ReferenceNodeV2	h	model=COMBO;model.prompt=STRING!?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.resolution=COMBO?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.ratio=COMBO?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.duration=INT?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.generate_audio=BOOLEAN?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.task_type=COMBO?Seedance 2.5;model.output_format=COMBO?Seedance 2.5;model.reference_images.*=IMAGE;model.reference_videos.*=VIDEO;model.reference_audios.*=AUDIO;model.reference_assets.*=STRING<;model.auto_downscale=BOOLEAN?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.auto_upscale=BOOLEAN?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        ByteDance2TextToVideoNode	h	model=COMBO;model.prompt=STRING!?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.resolution=COMBO?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.ratio=COMBO?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.duration=INT?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.generate_audio=BOOLEAN?Seedance 2.5|Seedance 2.0|Seedance 2.0 Fast|Seedance 2.0 Mini;model.output_format=COMBO?Seedance 2.5;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        ByteDanceCreateImageAsset		image=IMAGE;group_id=STRING	asset_id=STRING;group_id=STRING
        ByteDanceCreateVideoAsset		video=VIDEO;group_id=STRING	asset_id=STRING;group_id=STRING
        ByteDanceFirstLastFrameNode	h	model=COMBO;prompt=STRING!;first_frame=IMAGE;last_frame=IMAGE;resolution=COMBO;aspect_ratio=COMBO;duration=INT;seed=INT#;camera_fixed=BOOLEAN;watermark=BOOLEAN;generate_audio=BOOLEAN	VIDEO=VIDEO
        ByteDanceImageEditNode	h	model=COMBO;image=IMAGE;prompt=STRING!;seed=INT#;guidance_scale=FLOAT;watermark=BOOLEAN	IMAGE=IMAGE
        ByteDanceImageNode	h	model=COMBO;prompt=STRING!;size_preset=COMBO;width=INT;height=INT;seed=INT#;guidance_scale=FLOAT;watermark=BOOLEAN	IMAGE=IMAGE
        ByteDanceImageReferenceNode	h	model=COMBO;prompt=STRING!;images=IMAGE;resolution=COMBO;aspect_ratio=COMBO;duration=INT;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        ByteDanceImageToVideoNode	h	model=COMBO;prompt=STRING!;image=IMAGE;resolution=COMBO;aspect_ratio=COMBO;duration=INT;seed=INT#;camera_fixed=BOOLEAN;watermark=BOOLEAN;generate_audio=BOOLEAN	VIDEO=VIDEO
        ByteDanceSeedAudio	h	text_prompt=STRING!;reference_mode=COMBO;reference_mode.reference_audio_1=AUDIO?audio reference;reference_mode.reference_audio_2=AUDIO?audio reference;reference_mode.reference_audio_3=AUDIO?audio reference;reference_mode.reference_image=IMAGE?image reference;reference_mode.preset_voice=COMBO?preset voice;sample_rate=COMBO;speech_rate=INT;loudness_rate=INT;pitch_rate=INT;seed=INT#;model=COMBO	AUDIO=AUDIO
        ByteDanceSeedNode	h	prompt=STRING!;model=COMBO;model.images.*=IMAGE;model.videos.*=VIDEO;model.temperature=FLOAT?Seed 2.0 Pro|Seed 2.0 Lite|Seed 2.0 Mini;seed=INT#;system_prompt=STRING!	STRING=STRING
        ByteDanceSeedreamLayerSeparationNode	h	image=IMAGE;prompt=STRING!;size=COMBO;seed=INT#;prompt_optimization=COMBO;watermark=BOOLEAN;crop_layers=BOOLEAN	base_image=IMAGE;base_mask=MASK;layers=IMAGE;masks=MASK;bboxes=BOUNDING_BOX;layer_stack=LAYERS
        ByteDanceSeedreamNode	h	model=COMBO;prompt=STRING!;size_preset=COMBO;image=IMAGE;width=INT;height=INT;sequential_image_generation=COMBO;max_images=INT;seed=INT#;watermark=BOOLEAN;fail_on_partial=BOOLEAN	IMAGE=IMAGE
        ByteDanceSeedreamNodeV2	h	prompt=STRING!;model=COMBO;model.size_preset=COMBO?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.width=INT?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.height=INT?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.images.*=IMAGE;model.max_images=INT?seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.fail_on_partial=BOOLEAN?seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;seed=INT#;watermark=BOOLEAN;thinking=BOOLEAN	IMAGE=IMAGE
        ByteDanceSeedreamNodeV3	h	prompt=STRING!;model=COMBO;model.size_preset=COMBO?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.width=INT?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.height=INT?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.images.*=IMAGE;model.prompt_optimization=COMBO?seedream 5.0 pro;model.seed=INT#?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.watermark=BOOLEAN?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.thinking=BOOLEAN?seedream 5.0 pro|seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.max_images=INT?seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828;model.fail_on_partial=BOOLEAN?seedream 5.0 lite|seedream-4-5-251128|seedream-4-0-250828	IMAGE=IMAGE
        ByteDanceTextToVideoNode	h	model=COMBO;prompt=STRING!;resolution=COMBO;aspect_ratio=COMBO;duration=INT;seed=INT#;camera_fixed=BOOLEAN;watermark=BOOLEAN;generate_audio=BOOLEAN	VIDEO=VIDEO
        ByteDanceVideoEnhanceNode	h	video=VIDEO;tool_version=COMBO;tool_version.scene=COMBO?standard;tool_version.enhance_style=COMBO?standard|professional;resolution=COMBO;resolution.short_side=INT?custom;fps=COMBO;bitrate_level=COMBO	VIDEO=VIDEO
        CFGGuider		model=MODEL;positive=CONDITIONING;negative=CONDITIONING;cfg=FLOAT	GUIDER=GUIDER
        CFGNorm		model=MODEL;strength=FLOAT;pre_cfg=BOOLEAN	patched_model=MODEL
        CFGOverride		model=MODEL;cfg=FLOAT;start_percent=FLOAT;end_percent=FLOAT	MODEL=MODEL
        CFGZeroStar		model=MODEL	patched_model=MODEL
        CLIPAttentionMultiply		clip=CLIP;q=FLOAT;k=FLOAT;v=FLOAT;out=FLOAT	CLIP=CLIP
        CLIPLoader		clip_name=@text_encoders;type=COMBO;device=COMBO	CLIP=CLIP
        CLIPMergeAdd		clip1=CLIP;clip2=CLIP	CLIP=CLIP
        CLIPMergeSimple		clip1=CLIP;clip2=CLIP;ratio=FLOAT	CLIP=CLIP
        CLIPMergeSubtract		clip1=CLIP;clip2=CLIP;multiplier=FLOAT	CLIP=CLIP
        CLIPSave	o	clip=CLIP;filename_prefix=STRING
        CLIPSetLastLayer		clip=CLIP;stop_at_clip_layer=INT	CLIP=CLIP
        CLIPTextEncode		text=STRING!;clip=CLIP	CONDITIONING=CONDITIONING
        CLIPTextEncodeControlnet		clip=CLIP;conditioning=CONDITIONING;text=STRING!	CONDITIONING=CONDITIONING
        CLIPTextEncodeFlux		clip=CLIP;clip_l=STRING!;t5xxl=STRING!;guidance=FLOAT	CONDITIONING=CONDITIONING
        CLIPTextEncodeHiDream		clip=CLIP;clip_l=STRING!;clip_g=STRING!;t5xxl=STRING!;llama=STRING!	CONDITIONING=CONDITIONING
        CLIPTextEncodeHunyuanDiT		clip=CLIP;bert=STRING!;mt5xl=STRING!	CONDITIONING=CONDITIONING
        CLIPTextEncodeKandinsky5		clip=CLIP;clip_l=STRING!;qwen25_7b=STRING!	CONDITIONING=CONDITIONING
        CLIPTextEncodeLumina2		system_prompt=COMBO;user_prompt=STRING!;clip=CLIP	CONDITIONING=CONDITIONING
        CLIPTextEncodePixArtAlpha		width=INT;height=INT;text=STRING!;clip=CLIP	CONDITIONING=CONDITIONING
        CLIPTextEncodeSD3		clip=CLIP;clip_l=STRING!;clip_g=STRING!;t5xxl=STRING!;empty_padding=COMBO	CONDITIONING=CONDITIONING
        CLIPTextEncodeSDXL		clip=CLIP;width=INT;height=INT;crop_w=INT;crop_h=INT;target_width=INT;target_height=INT;text_g=STRING!;text_l=STRING!	CONDITIONING=CONDITIONING
        CLIPTextEncodeSDXLRefiner		ascore=FLOAT;width=INT;height=INT;text=STRING!;clip=CLIP	CONDITIONING=CONDITIONING
        CLIPVisionEncode		clip_vision=CLIP_VISION;image=IMAGE;crop=COMBO	CLIP_VISION_OUTPUT=CLIP_VISION_OUTPUT
        CLIPVisionLoader		clip_name=@clip_vision	CLIP_VISION=CLIP_VISION
        Canny		image=IMAGE;low_threshold=FLOAT;high_threshold=FLOAT	IMAGE=IMAGE
        CaseConverter		string=STRING!;mode=COMBO	STRING=STRING
        CenterCropImages		images=IMAGE;width=INT;height=INT	images=IMAGE
        CheckpointLoader		config_name=@configs;ckpt_name=@checkpoints	MODEL=MODEL;CLIP=CLIP;VAE=VAE
        CheckpointLoaderSimple		ckpt_name=@checkpoints	MODEL=MODEL;CLIP=CLIP;VAE=VAE
        CheckpointSave	o	model=MODEL;clip=CLIP;vae=VAE;filename_prefix=STRING
        ChromaRadianceOptions		model=MODEL;preserve_wrapper=BOOLEAN;start_sigma=FLOAT;end_sigma=FLOAT;nerf_tile_size=INT;force_sequential_txt_ids=BOOLEAN	MODEL=MODEL
        ClaudeNode	h	prompt=STRING!;model=COMBO;model.max_tokens=INT?Opus 5|Opus 4.8|Fable 5|Sonnet 5|Opus 4.7|Opus 4.6|Sonnet 4.6|Sonnet 4.5|Haiku 4.5;model.reasoning_effort=COMBO?Opus 5|Opus 4.8|Fable 5|Sonnet 5|Opus 4.7|Opus 4.6|Sonnet 4.6|Sonnet 4.5;model.temperature=FLOAT?Opus 4.7|Opus 4.6|Sonnet 4.6|Sonnet 4.5|Haiku 4.5;seed=INT#;images.*=IMAGE;system_prompt=STRING!	STRING=STRING
        ColorToRGBInt		color=COLOR	rgb_int=INT;hex=COLOR;alpha=FLOAT
        ColorTransfer		image_target=IMAGE;image_ref=IMAGE;method=COMBO;source_stats=COMBO;source_stats.target_index=INT?target_frame;strength=FLOAT	image=IMAGE
        CombineHooks2		hooks_A=HOOKS;hooks_B=HOOKS	HOOKS=HOOKS
        CombineHooks4		hooks_A=HOOKS;hooks_B=HOOKS;hooks_C=HOOKS;hooks_D=HOOKS	HOOKS=HOOKS
        CombineHooks8		hooks_A=HOOKS;hooks_B=HOOKS;hooks_C=HOOKS;hooks_D=HOOKS;hooks_E=HOOKS;hooks_F=HOOKS;hooks_G=HOOKS;hooks_H=HOOKS	HOOKS=HOOKS
        ComfyAndNode		values.*=*	BOOLEAN=BOOLEAN
        ComfyMathExpression		expression=STRING!;values.*=FLOAT,INT,BOOLEAN	FLOAT=FLOAT;INT=INT;BOOL=BOOLEAN
        ComfyNotNode		value=*	BOOLEAN=BOOLEAN
        ComfyNumberConvert		value=INT,FLOAT,STRING,BOOLEAN	FLOAT=FLOAT;INT=INT
        ComfyOrNode		values.*=*	BOOLEAN=BOOLEAN
        ComfySwitchNode		switch=BOOLEAN;on_false=*~;on_true=*~	output=*
        ConditioningAverage		conditioning_to=CONDITIONING;conditioning_from=CONDITIONING;conditioning_to_strength=FLOAT	CONDITIONING=CONDITIONING
        ConditioningCombine		conditioning_1=CONDITIONING;conditioning_2=CONDITIONING	CONDITIONING=CONDITIONING
        ConditioningConcat		conditioning_to=CONDITIONING;conditioning_from=CONDITIONING	CONDITIONING=CONDITIONING
        ConditioningMultiply		conditioning=CONDITIONING;multiplier=FLOAT	CONDITIONING=CONDITIONING
        ConditioningSetArea		conditioning=CONDITIONING;width=INT;height=INT;x=INT;y=INT;strength=FLOAT	CONDITIONING=CONDITIONING
        ConditioningSetAreaPercentage		conditioning=CONDITIONING;width=FLOAT;height=FLOAT;x=FLOAT;y=FLOAT;strength=FLOAT	CONDITIONING=CONDITIONING
        ConditioningSetAreaPercentageVideo		conditioning=CONDITIONING;width=FLOAT;height=FLOAT;temporal=FLOAT;x=FLOAT;y=FLOAT;z=FLOAT;strength=FLOAT	CONDITIONING=CONDITIONING
        ConditioningSetAreaStrength		conditioning=CONDITIONING;strength=FLOAT	CONDITIONING=CONDITIONING
        ConditioningSetDefaultCombine		cond=CONDITIONING;cond_DEFAULT=CONDITIONING;hooks=HOOKS	CONDITIONING=CONDITIONING
        ConditioningSetMask		conditioning=CONDITIONING;mask=MASK;strength=FLOAT;set_cond_area=COMBO	CONDITIONING=CONDITIONING
        ConditioningSetProperties		cond_NEW=CONDITIONING;strength=FLOAT;set_cond_area=COMBO;mask=MASK;hooks=HOOKS;timesteps=TIMESTEPS_RANGE	CONDITIONING=CONDITIONING
        ConditioningSetPropertiesAndCombine		cond=CONDITIONING;cond_NEW=CONDITIONING;strength=FLOAT;set_cond_area=COMBO;mask=MASK;hooks=HOOKS;timesteps=TIMESTEPS_RANGE	CONDITIONING=CONDITIONING
        ConditioningSetTimestepRange		conditioning=CONDITIONING;start=FLOAT;end=FLOAT	CONDITIONING=CONDITIONING
        ConditioningStableAudio		positive=CONDITIONING;negative=CONDITIONING;seconds_start=FLOAT;seconds_total=FLOAT	positive=CONDITIONING;negative=CONDITIONING
        ConditioningTimestepsRange		start_percent=FLOAT;end_percent=FLOAT	TIMESTEPS_RANGE=TIMESTEPS_RANGE;BEFORE_RANGE=TIMESTEPS_RANGE;AFTER_RANGE=TIMESTEPS_RANGE
        ConditioningZeroOut		conditioning=CONDITIONING	CONDITIONING=CONDITIONING
        ContextWindowsManual		model=MODEL;context_length=INT;context_overlap=INT;context_schedule=COMBO;context_stride=INT;closed_loop=BOOLEAN;fuse_method=COMBO;dim=INT;freenoise=BOOLEAN;cond_retain_index_list=STRING;split_conds_to_windows=BOOLEAN;latent_retain_index_list=STRING;causal_window_fix=BOOLEAN	MODEL=MODEL
        ControlNetApply		conditioning=CONDITIONING;control_net=CONTROL_NET;image=IMAGE;strength=FLOAT	CONDITIONING=CONDITIONING
        ControlNetApplyAdvanced		positive=CONDITIONING;negative=CONDITIONING;control_net=CONTROL_NET;image=IMAGE;strength=FLOAT;start_percent=FLOAT;end_percent=FLOAT;vae=VAE	positive=CONDITIONING;negative=CONDITIONING
        ControlNetApplySD3		positive=CONDITIONING;negative=CONDITIONING;control_net=CONTROL_NET;vae=VAE;image=IMAGE;strength=FLOAT;start_percent=FLOAT;end_percent=FLOAT	positive=CONDITIONING;negative=CONDITIONING
        ControlNetInpaintingAliMamaApply		positive=CONDITIONING;negative=CONDITIONING;control_net=CONTROL_NET;vae=VAE;image=IMAGE;mask=MASK;strength=FLOAT;start_percent=FLOAT;end_percent=FLOAT	positive=CONDITIONING;negative=CONDITIONING
        ControlNetLoader		control_net_name=@controlnet	CONTROL_NET=CONTROL_NET
        ConvertArrayToString		array=ARRAY;indent=INT	STRING=STRING
        ConvertDictionaryToString		dictionary=DICT;indent=INT	STRING=STRING
        CosmosImageToVideoLatent		vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;start_image=IMAGE;end_image=IMAGE	LATENT=LATENT
        CosmosPredict2ImageToVideoLatent		vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;start_image=IMAGE;end_image=IMAGE	LATENT=LATENT
        CreateBoundingBoxes	o	width=INT;height=INT;editor_state=BOUNDING_BOXES<;background=IMAGE;bboxes=BOUNDING_BOX,ARRAY,STRING;last_incoming=BOUNDING_BOXES	preview=IMAGE;bboxes=BOUNDING_BOX;elements=ARRAY
        CreateCameraInfo		mode=COMBO;mode.yaw=FLOAT?orbit;mode.pitch=FLOAT?orbit;mode.distance=FLOAT?orbit;mode.position_x=FLOAT?look_at|quaternion;mode.position_y=FLOAT?look_at|quaternion;mode.position_z=FLOAT?look_at|quaternion;mode.quat_x=FLOAT?quaternion;mode.quat_y=FLOAT?quaternion;mode.quat_z=FLOAT?quaternion;mode.quat_w=FLOAT?quaternion;target_x=FLOAT;target_y=FLOAT;target_z=FLOAT;roll=FLOAT;fov=FLOAT;zoom=FLOAT;camera_type=COMBO	camera_info=LOAD3D_CAMERA
        CreateHookKeyframe		strength_mult=FLOAT;start_percent=FLOAT;prev_hook_kf=HOOK_KEYFRAMES	HOOK_KF=HOOK_KEYFRAMES
        CreateHookKeyframesFromFloats		floats_strength=FLOATS<;start_percent=FLOAT;end_percent=FLOAT;print_keyframes=BOOLEAN;prev_hook_kf=HOOK_KEYFRAMES	HOOK_KF=HOOK_KEYFRAMES
        CreateHookKeyframesInterpolated		strength_start=FLOAT;strength_end=FLOAT;interpolation=COMBO;start_percent=FLOAT;end_percent=FLOAT;keyframes_count=INT;print_keyframes=BOOLEAN;prev_hook_kf=HOOK_KEYFRAMES	HOOK_KF=HOOK_KEYFRAMES
        CreateHookLora		lora_name=@loras;strength_model=FLOAT;strength_clip=FLOAT;prev_hooks=HOOKS	HOOKS=HOOKS
        CreateHookLoraModelOnly		lora_name=@loras;strength_model=FLOAT;prev_hooks=HOOKS	HOOKS=HOOKS
        CreateHookModelAsLora		ckpt_name=@checkpoints;strength_model=FLOAT;strength_clip=FLOAT;prev_hooks=HOOKS	HOOKS=HOOKS
        CreateHookModelAsLoraModelOnly		ckpt_name=@checkpoints;strength_model=FLOAT;prev_hooks=HOOKS	HOOKS=HOOKS
        CreateList		inputs.*=*	list=*
        CreateVideo		images=IMAGE;fps=FLOAT;audio=AUDIO;bit_depth=INT	VIDEO=VIDEO
        CropByBBoxes		image=IMAGE;bboxes=BOUNDING_BOX<;output_width=INT;output_height=INT;padding=INT;keep_aspect=COMBO	IMAGE=IMAGE
        CropMask		mask=MASK;x=INT;y=INT;width=INT;height=INT	MASK=MASK
        CurveEditor		curve=CURVE;histogram=HISTOGRAM	curve=CURVE
        CustomCombo		choice=COMBO	STRING=STRING;INDEX=INT
        DA3GeometryToMesh		da3_geometry=DA3_GEOMETRY;batch_index=INT;decimation=INT;discontinuity_threshold=FLOAT;confidence_threshold=FLOAT;use_sky_mask=BOOLEAN;texture=BOOLEAN	MESH=MESH
        DA3Inference		da3_model=DA3_MODEL;image=IMAGE;resolution=INT;resize_method=COMBO;mode=COMBO;mode.ref_view_strategy=COMBO?multiview;mode.pose_method=COMBO?multiview	da3_geometry=DA3_GEOMETRY
        DA3Render		da3_geometry=DA3_GEOMETRY;output=COMBO;output.normalization=COMBO?depth|depth_colored;output.apply_sky_clip=BOOLEAN?depth|depth_colored;output.colored=BOOLEAN?sky_mask|confidence	IMAGE=IMAGE
        DecimateMesh		mesh=MESH;target_face_count=INT;placement_mode=COMBO;placement_mode.line_quadric_weight=FLOAT?qem;placement_mode.feature_edge_quadric_weight=FLOAT?qem;placement_mode.feature_edge_min_dihedral_deg=FLOAT?qem;placement_mode.clamp_v_to_edge=BOOLEAN?qem	mesh=MESH
        DiffControlNetLoader		model=MODEL;control_net_name=@controlnet	CONTROL_NET=CONTROL_NET
        DifferentialDiffusion		model=MODEL;strength=FLOAT	MODEL=MODEL
        DiffusersLoader		model_path=@diffusers	MODEL=MODEL;CLIP=CLIP;VAE=VAE
        DisableNoise			NOISE=NOISE
        DrawBBoxes		bboxes=BOUNDING_BOX<;image=IMAGE	out_image=IMAGE
        DualCFGGuider		model=MODEL;cond1=CONDITIONING;cond2=CONDITIONING;negative=CONDITIONING;cfg_conds=FLOAT;cfg_cond2_negative=FLOAT;style=COMBO	GUIDER=GUIDER
        DualCLIPLoader		clip_name1=@text_encoders;clip_name2=@text_encoders;type=COMBO;device=COMBO	CLIP=CLIP
        DualModelGuider		model=MODEL;positive=CONDITIONING;cfg=FLOAT;model_negative=MODEL;negative=CONDITIONING	GUIDER=GUIDER
        EasyCache		model=MODEL;reuse_threshold=FLOAT;start_percent=FLOAT;end_percent=FLOAT;verbose=BOOLEAN	MODEL=MODEL
        ElevenLabsAudioIsolation	h	audio=AUDIO	AUDIO=AUDIO
        ElevenLabsInstantVoiceClone	h	files.*=AUDIO;remove_background_noise=BOOLEAN	voice=ELEVENLABS_VOICE
        ElevenLabsSpeechToSpeech	h	voice=ELEVENLABS_VOICE;audio=AUDIO;stability=FLOAT;model=COMBO;model.speed=FLOAT?eleven_multilingual_sts_v2|eleven_english_sts_v2;model.similarity_boost=FLOAT?eleven_multilingual_sts_v2|eleven_english_sts_v2;model.use_speaker_boost=BOOLEAN?eleven_multilingual_sts_v2|eleven_english_sts_v2;model.style=FLOAT?eleven_multilingual_sts_v2|eleven_english_sts_v2;output_format=COMBO;seed=INT;remove_background_noise=BOOLEAN	AUDIO=AUDIO
        ElevenLabsSpeechToText	h	audio=AUDIO;model=COMBO;model.tag_audio_events=BOOLEAN?scribe_v2;model.diarize=BOOLEAN?scribe_v2;model.diarization_threshold=FLOAT?scribe_v2;model.temperature=FLOAT?scribe_v2;model.timestamps_granularity=COMBO?scribe_v2;language_code=STRING;num_speakers=INT;seed=INT	text=STRING;language_code=STRING;words_json=STRING
        ElevenLabsTextToDialogue	h	stability=FLOAT;apply_text_normalization=COMBO;model=COMBO;inputs=COMBO;inputs.text1=STRING!?1|2|3|4|5|6|7|8|9|10;inputs.voice1=ELEVENLABS_VOICE?1|2|3|4|5|6|7|8|9|10;inputs.text2=STRING!?2|3|4|5|6|7|8|9|10;inputs.voice2=ELEVENLABS_VOICE?2|3|4|5|6|7|8|9|10;inputs.text3=STRING!?3|4|5|6|7|8|9|10;inputs.voice3=ELEVENLABS_VOICE?3|4|5|6|7|8|9|10;inputs.text4=STRING!?4|5|6|7|8|9|10;inputs.voice4=ELEVENLABS_VOICE?4|5|6|7|8|9|10;inputs.text5=STRING!?5|6|7|8|9|10;inputs.voice5=ELEVENLABS_VOICE?5|6|7|8|9|10;inputs.text6=STRING!?6|7|8|9|10;inputs.voice6=ELEVENLABS_VOICE?6|7|8|9|10;inputs.text7=STRING!?7|8|9|10;inputs.voice7=ELEVENLABS_VOICE?7|8|9|10;inputs.text8=STRING!?8|9|10;inputs.voice8=ELEVENLABS_VOICE?8|9|10;inputs.text9=STRING!?9|10;inputs.voice9=ELEVENLABS_VOICE?9|10;inputs.text10=STRING!?10;inputs.voice10=ELEVENLABS_VOICE?10;language_code=STRING;seed=INT;output_format=COMBO	AUDIO=AUDIO
        ElevenLabsTextToSoundEffects	h	text=STRING!;model=COMBO;model.duration=FLOAT?eleven_sfx_v2;model.loop=BOOLEAN?eleven_sfx_v2;model.prompt_influence=FLOAT?eleven_sfx_v2;output_format=COMBO	AUDIO=AUDIO
        ElevenLabsTextToSpeech	h	voice=ELEVENLABS_VOICE;text=STRING!;stability=FLOAT;apply_text_normalization=COMBO;model=COMBO;model.speed=FLOAT?eleven_multilingual_v2|eleven_v3;model.similarity_boost=FLOAT?eleven_multilingual_v2|eleven_v3;model.use_speaker_boost=BOOLEAN?eleven_multilingual_v2;model.style=FLOAT?eleven_multilingual_v2;language_code=STRING;seed=INT;output_format=COMBO	AUDIO=AUDIO
        ElevenLabsVoiceSelector		voice=COMBO	voice=ELEVENLABS_VOICE
        EmptyARVideoLatent		width=INT;height=INT;length=INT;batch_size=INT	LATENT=LATENT
        EmptyAceStep1.5LatentAudio		seconds=FLOAT;batch_size=INT	LATENT=LATENT
        EmptyAceStepLatentAudio		seconds=FLOAT;batch_size=INT	LATENT=LATENT
        EmptyAudio		duration=FLOAT;sample_rate=INT;channels=INT	AUDIO=AUDIO
        EmptyChromaRadianceLatentImage		width=INT;height=INT;batch_size=INT	LATENT=LATENT
        EmptyCosmosLatentVideo		width=INT;height=INT;length=INT;batch_size=INT	LATENT=LATENT
        EmptyFlux2LatentImage		width=INT;height=INT;batch_size=INT	LATENT=LATENT
        EmptyHiDreamO1LatentImage		width=INT;height=INT;batch_size=INT	LATENT=LATENT
        EmptyHunyuanImageLatent		width=INT;height=INT;batch_size=INT	LATENT=LATENT
        EmptyHunyuanLatentVideo		width=INT;height=INT;length=INT;batch_size=INT	LATENT=LATENT
        EmptyHunyuanVideo15Latent		width=INT;height=INT;length=INT;batch_size=INT	LATENT=LATENT
        EmptyImage		width=INT;height=INT;batch_size=INT;color=INT	IMAGE=IMAGE
        EmptyLTXVLatentVideo		width=INT;height=INT;length=INT;batch_size=INT	LATENT=LATENT
        EmptyLatentAudio		seconds=FLOAT;batch_size=INT	LATENT=LATENT
        EmptyLatentHunyuan3Dv2		resolution=INT;batch_size=INT	LATENT=LATENT
        EmptyLatentImage		width=INT;height=INT;batch_size=INT	LATENT=LATENT
        EmptyMiniMaxH3LatentAV		width=INT;height=INT;length=INT	LATENT=LATENT
        EmptyMiniMaxMusic3LatentAudio		seconds=FLOAT;batch_size=INT	LATENT=LATENT
        EmptyMochiLatentVideo		width=INT;height=INT;length=INT;batch_size=INT	LATENT=LATENT
        EmptyQwenImageLayeredLatentImage		width=INT;height=INT;layers=INT;batch_size=INT	LATENT=LATENT
        EmptySD3LatentImage		width=INT;height=INT;batch_size=INT	LATENT=LATENT
        EmptyTrellis2LatentStructure		batch_size=INT	LATENT=LATENT
        Epsilon Scaling		model=MODEL;scaling_factor=FLOAT	MODEL=MODEL
        ExponentialScheduler		steps=INT;sigma_max=FLOAT;sigma_min=FLOAT	SIGMAS=SIGMAS
        ExtendIntermediateSigmas		sigmas=SIGMAS;steps=INT;start_at_sigma=FLOAT;end_at_sigma=FLOAT;spacing=COMBO	SIGMAS=SIGMAS
        FeatherMask		mask=MASK;left=INT;top=INT;right=INT;bottom=INT	MASK=MASK
        File3DToSplat		model_3d=FILE_3D,FILE_3D_SPLAT_ANY,FILE_3D_PLY,FILE_3D_SPLAT,FILE_3D_KSPLAT,FILE_3D_SPZ	splat=SPLAT
        FillHoles		mesh=MESH;max_perimeter=FLOAT;weld_epsilon_rel=FLOAT;max_vertices=INT;fill_chains=BOOLEAN	mesh=MESH
        FishAudioInstantVoiceClone	h	files.*=AUDIO;enhance_audio_quality=BOOLEAN	voice=FISHAUDIO_VOICE
        FishAudioSpeechToText	h	audio=AUDIO;language=STRING;precise_timestamps=BOOLEAN	text=STRING;language_code=STRING;segments_json=STRING
        FishAudioTextToSpeech	h	text=STRING!;model=COMBO;model.voices.*=FISHAUDIO_VOICE;model.temperature=FLOAT?s2.1-pro|s1;model.top_p=FLOAT?s2.1-pro|s1;model.speed=FLOAT?s2.1-pro|s1;model.volume=FLOAT?s2.1-pro|s1;model.normalize=BOOLEAN?s2.1-pro|s1;model.voice=FISHAUDIO_VOICE?s1;seed=INT#	AUDIO=AUDIO
        FishAudioVoiceSelector		voice=COMBO;voice.voice_id=STRING?custom	voice=FISHAUDIO_VOICE
        FlipSigmas		sigmas=SIGMAS	SIGMAS=SIGMAS
        Flux2ImageNode	h	prompt=STRING!;model=COMBO;model.width=INT?Flux.2 [pro]|Flux.2 [max];model.height=INT?Flux.2 [pro]|Flux.2 [max];model.images.*=IMAGE;seed=INT#	IMAGE=IMAGE
        Flux2MaxImageNode	h	prompt=STRING!;width=INT;height=INT;seed=INT#;prompt_upsampling=BOOLEAN;images=IMAGE	IMAGE=IMAGE
        Flux2ProImageNode	h	prompt=STRING!;width=INT;height=INT;seed=INT#;prompt_upsampling=BOOLEAN;images=IMAGE	IMAGE=IMAGE
        Flux2Scheduler		steps=INT;width=INT;height=INT	SIGMAS=SIGMAS
        Flux3ImageToVideoNode	h	prompt=STRING!;keyframes.*=IMAGE;placement=COMBO;placement.times=STRING?at times;aspect_ratio=COMBO;duration=COMBO;resolution=COMBO;generate_audio=BOOLEAN;safety_tolerance=INT;seed=INT#	VIDEO=VIDEO
        Flux3TextToVideoNode	h	prompt=STRING!;aspect_ratio=COMBO;duration=COMBO;resolution=COMBO;generate_audio=BOOLEAN;safety_tolerance=INT;seed=INT#	VIDEO=VIDEO
        Flux3VideoContinuationNode	h	video=VIDEO;prompt=STRING!;aspect_ratio=COMBO;duration=COMBO;resolution=COMBO;generate_audio=BOOLEAN;safety_tolerance=INT;seed=INT#	VIDEO=VIDEO
        FluxDisableGuidance		conditioning=CONDITIONING	CONDITIONING=CONDITIONING
        FluxEraseNode	h	image=IMAGE;mask=MASK;dilate_pixels=INT;seed=INT#	IMAGE=IMAGE
        FluxGuidance		conditioning=CONDITIONING;guidance=FLOAT	CONDITIONING=CONDITIONING
        FluxKVCache		model=MODEL	MODEL=MODEL
        FluxKontextImageScale		image=IMAGE	IMAGE=IMAGE
        FluxKontextMaxImageNode	h	prompt=STRING!;aspect_ratio=STRING;guidance=FLOAT;steps=INT;seed=INT#;prompt_upsampling=BOOLEAN;input_image=IMAGE	IMAGE=IMAGE
        FluxKontextMultiReferenceLatentMethod		conditioning=CONDITIONING;reference_latents_method=COMBO	CONDITIONING=CONDITIONING
        FluxKontextProImageNode	h	prompt=STRING!;aspect_ratio=STRING;guidance=FLOAT;steps=INT;seed=INT#;prompt_upsampling=BOOLEAN;input_image=IMAGE	IMAGE=IMAGE
        FluxProCannyNode	h	control_image=IMAGE;prompt=STRING!;prompt_upsampling=BOOLEAN;canny_low_threshold=FLOAT;canny_high_threshold=FLOAT;skip_preprocessing=BOOLEAN;guidance=FLOAT;steps=INT;seed=INT#	IMAGE=IMAGE
        FluxProDepthNode	h	control_image=IMAGE;prompt=STRING!;prompt_upsampling=BOOLEAN;skip_preprocessing=BOOLEAN;guidance=FLOAT;steps=INT;seed=INT#	IMAGE=IMAGE
        FluxProExpandNode	h	image=IMAGE;prompt=STRING!;prompt_upsampling=BOOLEAN;top=INT;bottom=INT;left=INT;right=INT;guidance=FLOAT;steps=INT;seed=INT#	IMAGE=IMAGE
        FluxProFillNode	h	image=IMAGE;mask=MASK;prompt=STRING!;prompt_upsampling=BOOLEAN;guidance=FLOAT;steps=INT;seed=INT#	IMAGE=IMAGE
        FluxProUltraImageNode	h	prompt=STRING!;prompt_upsampling=BOOLEAN;seed=INT#;aspect_ratio=STRING;raw=BOOLEAN;image_prompt=IMAGE;image_prompt_strength=FLOAT	IMAGE=IMAGE
        FluxVTONode	h	person=IMAGE;garment=IMAGE;prompt=STRING!;seed=INT#	IMAGE=IMAGE
        FluxVideoUpscaleNode	h	video=VIDEO;upscale_factor=FLOAT;mode=COMBO;prompt=STRING!;auto_downscale=BOOLEAN;safety_tolerance=INT;seed=INT#	VIDEO=VIDEO
        FrameInterpolate		interp_model=INTERP_MODEL;images=IMAGE;multiplier=INT	IMAGE=IMAGE
        FrameInterpolationModelLoader		model_name=@frame_interpolation	INTERP_MODEL=INTERP_MODEL
        FreSca		model=MODEL;scale_low=FLOAT;scale_high=FLOAT;freq_cutoff=INT	MODEL=MODEL
        FreeU		model=MODEL;b1=FLOAT;b2=FLOAT;s1=FLOAT;s2=FLOAT	MODEL=MODEL
        FreeU_V2		model=MODEL;b1=FLOAT;b2=FLOAT;s1=FLOAT;s2=FLOAT	MODEL=MODEL
        GITSScheduler		coeff=FLOAT;steps=INT;denoise=FLOAT	SIGMAS=SIGMAS
        GLIGENLoader		gligen_name=@gligen	GLIGEN=GLIGEN
        GLIGENTextBoxApply		conditioning_to=CONDITIONING;clip=CLIP;gligen_textbox_model=GLIGEN;text=STRING!;width=INT;height=INT;x=INT;y=INT	CONDITIONING=CONDITIONING
        GLSLShader		fragment_shader=STRING!;size_mode=COMBO;size_mode.width=INT?custom;size_mode.height=INT?custom;images.*=IMAGE;floats.*=FLOAT<;ints.*=INT<;bools.*=BOOLEAN<;curves.*=CURVE<	IMAGE0=IMAGE;IMAGE1=IMAGE;IMAGE2=IMAGE;IMAGE3=IMAGE
        GeminiImage2Node	h	prompt=STRING!;model=COMBO;seed=INT#;aspect_ratio=COMBO;resolution=COMBO;response_modalities=COMBO;images=IMAGE;files=GEMINI_INPUT_FILES;system_prompt=STRING!	IMAGE=IMAGE;STRING=STRING
        GeminiImageNode	h	prompt=STRING!;model=COMBO;seed=INT#;images=IMAGE;files=GEMINI_INPUT_FILES;aspect_ratio=COMBO;response_modalities=COMBO;system_prompt=STRING!	IMAGE=IMAGE;STRING=STRING
        GeminiInputFiles		file=@input:text;GEMINI_INPUT_FILES=GEMINI_INPUT_FILES	GEMINI_INPUT_FILES=GEMINI_INPUT_FILES
        GeminiNanoBanana2	h	prompt=STRING!;model=COMBO;seed=INT#;aspect_ratio=COMBO;resolution=COMBO;response_modalities=COMBO;thinking_level=COMBO;images=IMAGE;files=GEMINI_INPUT_FILES;system_prompt=STRING!	IMAGE=IMAGE;STRING=STRING;thought_image=IMAGE
        GeminiNanoBanana2V2	h	prompt=STRING!;model=COMBO;model.aspect_ratio=COMBO?Nano Banana 2 (Gemini 3.1 Flash Image)|Nano Banana 2 Lite;model.resolution=COMBO?Nano Banana 2 (Gemini 3.1 Flash Image)|Nano Banana 2 Lite;model.thinking_level=COMBO?Nano Banana 2 (Gemini 3.1 Flash Image)|Nano Banana 2 Lite;model.images.*=IMAGE;model.files=GEMINI_INPUT_FILES?Nano Banana 2 (Gemini 3.1 Flash Image)|Nano Banana 2 Lite;seed=INT#;response_modalities=COMBO;system_prompt=STRING!;temperature=FLOAT;top_p=FLOAT	IMAGE=IMAGE;STRING=STRING;thought_image=IMAGE
        GeminiNode	h	prompt=STRING!;model=COMBO;seed=INT#;images=IMAGE;audio=AUDIO;video=VIDEO;files=GEMINI_INPUT_FILES;system_prompt=STRING!	STRING=STRING
        GeminiNodeV2	h	prompt=STRING!;model=COMBO;model.images.*=IMAGE;model.audio.*=AUDIO;model.video.*=VIDEO;model.thinking_level=COMBO?Gemini 3.7 Flash|Gemini 3.5 Flash|Gemini 3.1 Pro|Gemini 3.1 Flash-Lite;model.temperature=FLOAT?Gemini 3.7 Flash|Gemini 3.5 Flash|Gemini 3.1 Pro|Gemini 3.1 Flash-Lite;model.top_p=FLOAT?Gemini 3.7 Flash|Gemini 3.5 Flash|Gemini 3.1 Pro|Gemini 3.1 Flash-Lite;model.max_output_tokens=INT?Gemini 3.7 Flash|Gemini 3.5 Flash|Gemini 3.1 Pro|Gemini 3.1 Flash-Lite;model.files=GEMINI_INPUT_FILES?Gemini 3.7 Flash|Gemini 3.5 Flash|Gemini 3.1 Pro|Gemini 3.1 Flash-Lite;seed=INT#;system_prompt=STRING!	STRING=STRING
        GeminiVideoOmni	h	model=COMBO;model.prompt=STRING!?Omni Flash;model.images.*=IMAGE;model.videos.*=VIDEO;model.temperature=FLOAT?Omni Flash;model.top_p=FLOAT?Omni Flash;seed=INT#	VIDEO=VIDEO;STRING=STRING
        GenerateTracks		width=INT;height=INT;start_x=FLOAT;start_y=FLOAT;end_x=FLOAT;end_y=FLOAT;num_frames=INT;num_tracks=INT;track_spread=FLOAT;bezier=BOOLEAN;mid_x=FLOAT;mid_y=FLOAT;interpolation=COMBO;track_mask=MASK	TRACKS=TRACKS;track_length=INT
        GetICLoRAParameters		iclora_model=MODEL	iclora_parameters=IC_LORA_PARAMETERS
        GetImageSize		image=IMAGE	width=INT;height=INT;batch_size=INT
        GetMeshInfo		mesh=MESH	mesh=MESH;info=STRING
        GetSplatCount		splat=SPLAT	splat=SPLAT;count=INT
        GetVideoComponents		video=VIDEO	images=IMAGE;audio=AUDIO;fps=FLOAT;bit_depth=INT;color_space=COMBO
        GrokImageEditNode	h	model=COMBO;image=IMAGE;prompt=STRING!;resolution=COMBO;number_of_images=INT;seed=INT#;aspect_ratio=COMBO	IMAGE=IMAGE
        GrokImageEditNodeV2	h	prompt=STRING!;model=COMBO;model.images.*=IMAGE;model.resolution=COMBO?grok-imagine-image-2.0|grok-imagine-image-quality|grok-imagine-image-pro|grok-imagine-image;model.number_of_images=INT?grok-imagine-image-2.0|grok-imagine-image-quality|grok-imagine-image-pro|grok-imagine-image;model.quality=COMBO?grok-imagine-image-2.0;model.aspect_ratio=COMBO?grok-imagine-image-2.0|grok-imagine-image-quality|grok-imagine-image;seed=INT#	IMAGE=IMAGE
        GrokImageNode	h	model=COMBO;prompt=STRING!;aspect_ratio=COMBO;number_of_images=INT;seed=INT#;resolution=COMBO;quality=COMBO	IMAGE=IMAGE
        GrokVideoEditNode	h	model=COMBO;prompt=STRING!;video=VIDEO;seed=INT#	VIDEO=VIDEO
        GrokVideoExtendNode	h	prompt=STRING!;video=VIDEO;model=COMBO;model.duration=INT?grok-imagine-video;seed=INT#	VIDEO=VIDEO
        GrokVideoNode	h	model=COMBO;prompt=STRING!;resolution=COMBO;aspect_ratio=COMBO;duration=INT;seed=INT#;image=IMAGE	VIDEO=VIDEO
        GrokVideoReferenceNode	h	prompt=STRING!;model=COMBO;model.reference_images.*=IMAGE;model.voice_1=COMBO?grok-imagine-video-1.5;model.voice_2=COMBO?grok-imagine-video-1.5;model.voice_3=COMBO?grok-imagine-video-1.5;model.resolution=COMBO?grok-imagine-video-1.5|grok-imagine-video;model.aspect_ratio=COMBO?grok-imagine-video-1.5|grok-imagine-video;model.duration=INT?grok-imagine-video-1.5|grok-imagine-video;seed=INT#	VIDEO=VIDEO
        GrowMask		mask=MASK;expand=INT;tapered_corners=BOOLEAN	MASK=MASK
        HappyHorseImageToVideoApi	h	model=COMBO;model.prompt=STRING!?happyhorse-1.1-i2v|happyhorse-1.0-i2v;model.resolution=COMBO?happyhorse-1.1-i2v|happyhorse-1.0-i2v;model.duration=INT?happyhorse-1.1-i2v|happyhorse-1.0-i2v;first_frame=IMAGE;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        HappyHorseReferenceVideoApi	h	model=COMBO;model.prompt=STRING!?happyhorse-1.1-r2v|happyhorse-1.0-r2v;model.resolution=COMBO?happyhorse-1.1-r2v|happyhorse-1.0-r2v;model.ratio=COMBO?happyhorse-1.1-r2v|happyhorse-1.0-r2v;model.duration=INT?happyhorse-1.1-r2v|happyhorse-1.0-r2v;model.reference_images.*=IMAGE;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        HappyHorseTextToVideoApi	h	model=COMBO;model.prompt=STRING!?happyhorse-1.1-t2v|happyhorse-1.0-t2v;model.resolution=COMBO?happyhorse-1.1-t2v|happyhorse-1.0-t2v;model.ratio=COMBO?happyhorse-1.1-t2v|happyhorse-1.0-t2v;model.duration=INT?happyhorse-1.1-t2v|happyhorse-1.0-t2v;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        HappyHorseVideoEditApi	h	model=COMBO;model.prompt=STRING!?happyhorse-1.0-video-edit;model.resolution=COMBO?happyhorse-1.0-video-edit;model.ratio=COMBO?happyhorse-1.0-video-edit;model.reference_images.*=IMAGE;video=VIDEO;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        HeyGenAvatarVideoNode	h	engine=COMBO;engine.avatar=COMBO?auto|avatar_iv|avatar_iii|avatar_v;speech=COMBO;speech.text=STRING!?script;speech.voice=COMBO?script;speech.custom_voice_id=STRING?script;speech.voice_speed=FLOAT?script;speech.audio=AUDIO?audio;custom_avatar_id=STRING;resolution=COMBO;aspect_ratio=COMBO;background_color=STRING;seed=INT#	VIDEO=VIDEO
        HeyGenCreateAvatarNode	h	source=COMBO;source.prompt=STRING!?prompt;source.reference_images.*=IMAGE;source.identity_photo=IMAGE?photo	avatar_id=STRING;preview=IMAGE
        HeyGenTalkingPhotoNode	h	image=IMAGE;speech=COMBO;speech.text=STRING!?script;speech.voice=COMBO?script;speech.custom_voice_id=STRING?script;speech.voice_speed=FLOAT?script;speech.audio=AUDIO?audio;resolution=COMBO;aspect_ratio=COMBO;expressiveness=COMBO;seed=INT#	VIDEO=VIDEO
        HeyGenTextToSpeechNode	h	text=STRING!;voice=COMBO;custom_voice_id=STRING;speed=FLOAT;ssml=BOOLEAN;seed=INT#	AUDIO=AUDIO
        HeyGenVideoTranslateNode	h	video=VIDEO;output_language=COMBO;mode=COMBO;translate_audio_only=BOOLEAN;speaker_count=INT;seed=INT#	VIDEO=VIDEO
        HiDreamO1PatchSeamSmoothing		model=MODEL;start_percent=FLOAT;end_percent=FLOAT;pattern=COMBO;passes=COMBO;blend=COMBO;strength=FLOAT	MODEL=MODEL
        HiDreamO1ReferenceImages		positive=CONDITIONING;negative=CONDITIONING;images.*=IMAGE	positive=CONDITIONING;negative=CONDITIONING
        HitPawGeneralImageEnhance	h	model=COMBO;image=IMAGE;upscale_factor=COMBO;auto_downscale=BOOLEAN	IMAGE=IMAGE
        HitPawVideoEnhance	h	model=COMBO;model.resolution=COMBO?Portrait Restore Model (1x)|Portrait Restore Model (2x)|General Restore Model (1x)|General Restore Model (2x)|General Restore Model (4x)|Ultra HD Model (2x)|Generative Model (1x);video=VIDEO	VIDEO=VIDEO
        Hunyuan3Dv2Conditioning		clip_vision_output=CLIP_VISION_OUTPUT	positive=CONDITIONING;negative=CONDITIONING
        Hunyuan3Dv2ConditioningMultiView		front=CLIP_VISION_OUTPUT;left=CLIP_VISION_OUTPUT;back=CLIP_VISION_OUTPUT;right=CLIP_VISION_OUTPUT	positive=CONDITIONING;negative=CONDITIONING
        HunyuanImageToVideo		positive=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;guidance_type=COMBO;start_image=IMAGE	positive=CONDITIONING;latent=LATENT
        HunyuanRefinerLatent		positive=CONDITIONING;negative=CONDITIONING;latent=LATENT;noise_augmentation=FLOAT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        HunyuanVideo15ImageToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;start_image=IMAGE;clip_vision_output=CLIP_VISION_OUTPUT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        HunyuanVideo15LatentUpscaleWithModel		model=LATENT_UPSCALE_MODEL;samples=LATENT;upscale_method=COMBO;width=INT;height=INT;crop=COMBO	LATENT=LATENT
        HunyuanVideo15SuperResolution		positive=CONDITIONING;negative=CONDITIONING;latent=LATENT;noise_augmentation=FLOAT;vae=VAE;start_image=IMAGE;clip_vision_output=CLIP_VISION_OUTPUT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        HyperTile		model=MODEL;tile_size=INT;swap_size=INT;max_depth=INT;scale_depth=BOOLEAN	MODEL=MODEL
        HypernetworkLoader		model=MODEL;hypernetwork_name=@hypernetworks;strength=FLOAT	MODEL=MODEL
        Ideogram4Scheduler		steps=INT;width=INT;height=INT;mu=FLOAT;std=FLOAT	SIGMAS=SIGMAS
        IdeogramPImage	h	prompt=STRING!;quality=COMBO;resolution=COMBO;aspect_ratio=COMBO;prompt_upsampling=COMBO;seed=INT#	IMAGE=IMAGE;final_prompt=STRING
        IdeogramV1	h	prompt=STRING!;turbo=BOOLEAN;aspect_ratio=COMBO;magic_prompt_option=COMBO;seed=INT#;negative_prompt=STRING!;num_images=INT	IMAGE=IMAGE
        IdeogramV2	h	prompt=STRING!;turbo=BOOLEAN;aspect_ratio=COMBO;resolution=COMBO;magic_prompt_option=COMBO;seed=INT#;style_type=COMBO;negative_prompt=STRING!;num_images=INT	IMAGE=IMAGE
        IdeogramV3	h	prompt=STRING!;image=IMAGE;mask=MASK;aspect_ratio=COMBO;resolution=COMBO;magic_prompt_option=COMBO;seed=INT#;num_images=INT;rendering_speed=COMBO;character_image=IMAGE;character_mask=MASK	IMAGE=IMAGE
        IdeogramV4	h	prompt=STRING!;resolution=COMBO;rendering_speed=COMBO;seed=INT#	IMAGE=IMAGE
        ImageAddNoise		image=IMAGE;seed=INT#;strength=FLOAT	IMAGE=IMAGE
        ImageBatch		image1=IMAGE;image2=IMAGE	IMAGE=IMAGE
        ImageBlend		image1=IMAGE;image2=IMAGE;blend_factor=FLOAT;blend_mode=COMBO	IMAGE=IMAGE
        ImageBlur		image=IMAGE;blur_radius=INT;sigma=FLOAT	IMAGE=IMAGE
        ImageColorToMask		image=IMAGE;color=INT	MASK=MASK
        ImageCompare	o	compare_view=IMAGECOMPARE;image_a=IMAGE;image_b=IMAGE
        ImageCompositeMasked		destination=IMAGE;source=IMAGE;x=INT;y=INT;resize_source=BOOLEAN;mask=MASK	IMAGE=IMAGE
        ImageCompositor	o	layers=LAYERS;compositor=COMPOSITOR	IMAGE=IMAGE;MASK=MASK
        ImageCrop		image=IMAGE;width=INT;height=INT;x=INT;y=INT	IMAGE=IMAGE
        ImageCropToMask		images=IMAGE;masks=MASK;width=INT;height=INT;pad_factor=FLOAT;grow_mask=INT;background=COLOR	images=IMAGE
        ImageCropV2		image=IMAGE;crop_region=BOUNDING_BOX	IMAGE=IMAGE
        ImageDeduplication		images=IMAGE;similarity_threshold=FLOAT	images=IMAGE
        ImageFlip		image=IMAGE;flip_method=COMBO	IMAGE=IMAGE
        ImageFromBatch		image=IMAGE;batch_index=INT;length=INT	IMAGE=IMAGE
        ImageGrid		images=IMAGE;columns=INT;cell_width=INT;cell_height=INT;padding=INT	images=IMAGE
        ImageHistogram		image=IMAGE	rgb=HISTOGRAM;luminance=HISTOGRAM;red=HISTOGRAM;green=HISTOGRAM;blue=HISTOGRAM
        ImageInvert		image=IMAGE	IMAGE=IMAGE
        ImageMergeTileList		image_list=IMAGE;final_width=INT;final_height=INT;overlap=INT	IMAGE=IMAGE
        ImageOnlyCheckpointLoader		ckpt_name=@checkpoints	MODEL=MODEL;CLIP_VISION=CLIP_VISION;VAE=VAE
        ImageOnlyCheckpointSave	o	model=MODEL;clip_vision=CLIP_VISION;vae=VAE;filename_prefix=STRING
        ImagePadForOutpaint		image=IMAGE;left=INT;top=INT;right=INT;bottom=INT;feathering=INT	IMAGE=IMAGE;MASK=MASK
        ImageQuantize		image=IMAGE;colors=INT;dither=COMBO	IMAGE=IMAGE
        ImageRGBToYUV		image=IMAGE	Y=IMAGE;U=IMAGE;V=IMAGE
        ImageRotate		image=IMAGE;rotation=COMBO	IMAGE=IMAGE
        ImageScale		image=IMAGE;upscale_method=COMBO;width=INT;height=INT;crop=COMBO	IMAGE=IMAGE
        ImageScaleBy		image=IMAGE;upscale_method=COMBO;scale_by=FLOAT	IMAGE=IMAGE
        ImageScaleToMaxDimension		image=IMAGE;upscale_method=COMBO;largest_size=INT	IMAGE=IMAGE
        ImageScaleToTotalPixels		image=IMAGE;upscale_method=COMBO;megapixels=FLOAT;resolution_steps=INT	IMAGE=IMAGE
        ImageSharpen		image=IMAGE;sharpen_radius=INT;sigma=FLOAT;alpha=FLOAT	IMAGE=IMAGE
        ImageStitch		image1=IMAGE;direction=COMBO;match_image_size=BOOLEAN;spacing_width=INT;spacing_color=COMBO;image2=IMAGE	IMAGE=IMAGE
        ImageToMask		image=IMAGE;channel=COMBO	MASK=MASK
        ImageUpscaleWithModel		upscale_model=UPSCALE_MODEL;image=IMAGE	IMAGE=IMAGE
        ImageYUVToRGB		Y=IMAGE;U=IMAGE;V=IMAGE	IMAGE=IMAGE
        InpaintModelConditioning		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;pixels=IMAGE;mask=MASK;noise_mask=BOOLEAN	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        InstructPixToPixConditioning		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;pixels=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        InvertMask		mask=MASK	MASK=MASK
        JoinAudioChannels		audio_left=AUDIO;audio_right=AUDIO	audio=AUDIO
        JoinImageWithAlpha		image=IMAGE;alpha=MASK	IMAGE=IMAGE
        JsonExtractString		json_string=STRING!;key=STRING	STRING=STRING
        KSampler		model=MODEL;seed=INT#;steps=INT;cfg=FLOAT;sampler_name=COMBO;scheduler=COMBO;positive=CONDITIONING;negative=CONDITIONING;latent_image=LATENT;denoise=FLOAT	LATENT=LATENT
        KSamplerAdvanced		model=MODEL;add_noise=COMBO;noise_seed=INT#;steps=INT;cfg=FLOAT;sampler_name=COMBO;scheduler=COMBO;positive=CONDITIONING;negative=CONDITIONING;latent_image=LATENT;start_at_step=INT;end_at_step=INT;return_with_leftover_noise=COMBO	LATENT=LATENT
        KSamplerSelect		sampler_name=COMBO	SAMPLER=SAMPLER
        Kandinsky5ImageToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;start_image=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT;cond_latent=LATENT
        KarrasScheduler		steps=INT;sigma_max=FLOAT;sigma_min=FLOAT;rho=FLOAT	SIGMAS=SIGMAS
        KlingAvatarNode	h	image=IMAGE;sound_file=AUDIO;mode=COMBO;seed=INT#;prompt=STRING!	VIDEO=VIDEO
        KlingCameraControlI2VNode	h	start_frame=IMAGE;prompt=STRING!;negative_prompt=STRING!;cfg_scale=FLOAT;aspect_ratio=COMBO;camera_control=CAMERA_CONTROL	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingCameraControlT2VNode	h	prompt=STRING!;negative_prompt=STRING!;cfg_scale=FLOAT;aspect_ratio=COMBO;camera_control=CAMERA_CONTROL	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingCameraControls	h	camera_control_type=COMBO;horizontal_movement=FLOAT;vertical_movement=FLOAT;pan=FLOAT;tilt=FLOAT;roll=FLOAT;zoom=FLOAT	camera_control=CAMERA_CONTROL
        KlingDualCharacterVideoEffectNode	h	image_left=IMAGE;image_right=IMAGE;effect_scene=COMBO;model_name=COMBO;mode=COMBO;duration=COMBO	VIDEO=VIDEO;duration=STRING
        KlingFirstLastFrameNode	h	prompt=STRING!;duration=INT;first_frame=IMAGE;end_frame=IMAGE;generate_audio=BOOLEAN;model=COMBO;model.resolution=COMBO?kling-v3;seed=INT#	VIDEO=VIDEO
        KlingImage2VideoNode	h	start_frame=IMAGE;prompt=STRING!;negative_prompt=STRING!;model_name=COMBO;cfg_scale=FLOAT;mode=COMBO;aspect_ratio=COMBO;duration=COMBO	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingImageGenerationNode	h	prompt=STRING!;negative_prompt=STRING!;image_type=COMBO;image_fidelity=FLOAT;human_fidelity=FLOAT;model_name=COMBO;aspect_ratio=COMBO;n=INT;image=IMAGE;seed=INT#	IMAGE=IMAGE
        KlingImageToVideoWithAudio	h	model_name=COMBO;start_frame=IMAGE;prompt=STRING!;mode=COMBO;duration=COMBO;generate_audio=BOOLEAN	VIDEO=VIDEO
        KlingLipSyncAudioToVideoNode	h	video=VIDEO;audio=AUDIO;voice_language=COMBO	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingLipSyncTextToVideoNode	h	video=VIDEO;text=STRING!;voice=COMBO;voice_speed=FLOAT	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingMotionControl	h	prompt=STRING!;reference_image=IMAGE;reference_video=VIDEO;keep_original_sound=BOOLEAN;character_orientation=COMBO;mode=COMBO;model=COMBO	VIDEO=VIDEO
        KlingOmniProEditVideoNode	h	model_name=COMBO;prompt=STRING!;video=VIDEO;keep_original_sound=BOOLEAN;reference_images=IMAGE;resolution=COMBO;seed=INT#	VIDEO=VIDEO
        KlingOmniProFirstLastFrameNode	h	model_name=COMBO;prompt=STRING!;duration=INT;first_frame=IMAGE;end_frame=IMAGE;reference_images=IMAGE;resolution=COMBO;storyboards=COMBO;storyboards.storyboard_1_prompt=STRING!?1 storyboard|2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_1_duration=INT?1 storyboard|2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_2_prompt=STRING!?2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_2_duration=INT?2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_3_prompt=STRING!?3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_3_duration=INT?3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_4_prompt=STRING!?4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_4_duration=INT?4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_5_prompt=STRING!?5 storyboards|6 storyboards;storyboards.storyboard_5_duration=INT?5 storyboards|6 storyboards;storyboards.storyboard_6_prompt=STRING!?6 storyboards;storyboards.storyboard_6_duration=INT?6 storyboards;generate_audio=BOOLEAN;seed=INT#	VIDEO=VIDEO
        KlingOmniProImageNode	h	model_name=COMBO;prompt=STRING!;resolution=COMBO;aspect_ratio=COMBO;series_amount=COMBO;reference_images=IMAGE;seed=INT#	IMAGE=IMAGE
        KlingOmniProImageToVideoNode	h	model_name=COMBO;prompt=STRING!;aspect_ratio=COMBO;duration=INT;reference_images=IMAGE;resolution=COMBO;storyboards=COMBO;storyboards.storyboard_1_prompt=STRING!?1 storyboard|2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_1_duration=INT?1 storyboard|2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_2_prompt=STRING!?2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_2_duration=INT?2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_3_prompt=STRING!?3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_3_duration=INT?3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_4_prompt=STRING!?4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_4_duration=INT?4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_5_prompt=STRING!?5 storyboards|6 storyboards;storyboards.storyboard_5_duration=INT?5 storyboards|6 storyboards;storyboards.storyboard_6_prompt=STRING!?6 storyboards;storyboards.storyboard_6_duration=INT?6 storyboards;generate_audio=BOOLEAN;seed=INT#	VIDEO=VIDEO
        KlingOmniProTextToVideoNode	h	model_name=COMBO;prompt=STRING!;aspect_ratio=COMBO;duration=INT;resolution=COMBO;storyboards=COMBO;storyboards.storyboard_1_prompt=STRING!?1 storyboard|2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_1_duration=INT?1 storyboard|2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_2_prompt=STRING!?2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_2_duration=INT?2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_3_prompt=STRING!?3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_3_duration=INT?3 storyboards|4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_4_prompt=STRING!?4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_4_duration=INT?4 storyboards|5 storyboards|6 storyboards;storyboards.storyboard_5_prompt=STRING!?5 storyboards|6 storyboards;storyboards.storyboard_5_duration=INT?5 storyboards|6 storyboards;storyboards.storyboard_6_prompt=STRING!?6 storyboards;storyboards.storyboard_6_duration=INT?6 storyboards;generate_audio=BOOLEAN;seed=INT#	VIDEO=VIDEO
        KlingOmniProVideoToVideoNode	h	model_name=COMBO;prompt=STRING!;aspect_ratio=COMBO;duration=INT;reference_video=VIDEO;keep_original_sound=BOOLEAN;reference_images=IMAGE;resolution=COMBO;seed=INT#	VIDEO=VIDEO
        KlingSingleImageVideoEffectNode	h	image=IMAGE;effect_scene=COMBO;model_name=COMBO;duration=COMBO	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingStartEndFrameNode	h	start_frame=IMAGE;end_frame=IMAGE;prompt=STRING!;negative_prompt=STRING!;cfg_scale=FLOAT;aspect_ratio=COMBO;mode=COMBO	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingTextToVideoNode	h	prompt=STRING!;negative_prompt=STRING!;cfg_scale=FLOAT;aspect_ratio=COMBO;mode=COMBO	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingTextToVideoWithAudio	h	model_name=COMBO;prompt=STRING!;mode=COMBO;aspect_ratio=COMBO;duration=COMBO;generate_audio=BOOLEAN	VIDEO=VIDEO
        KlingVideoExtendNode	h	prompt=STRING!;negative_prompt=STRING!;cfg_scale=FLOAT;video_id=STRING<	VIDEO=VIDEO;video_id=STRING;duration=STRING
        KlingVideoNode	h	multi_shot=COMBO;multi_shot.prompt=STRING!?disabled;multi_shot.negative_prompt=STRING!?disabled;multi_shot.duration=INT?disabled;multi_shot.storyboard_1_prompt=STRING!?1 storyboard|2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;multi_shot.storyboard_1_duration=INT?1 storyboard|2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;multi_shot.storyboard_2_prompt=STRING!?2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;multi_shot.storyboard_2_duration=INT?2 storyboards|3 storyboards|4 storyboards|5 storyboards|6 storyboards;multi_shot.storyboard_3_prompt=STRING!?3 storyboards|4 storyboards|5 storyboards|6 storyboards;multi_shot.storyboard_3_duration=INT?3 storyboards|4 storyboards|5 storyboards|6 storyboards;multi_shot.storyboard_4_prompt=STRING!?4 storyboards|5 storyboards|6 storyboards;multi_shot.storyboard_4_duration=INT?4 storyboards|5 storyboards|6 storyboards;multi_shot.storyboard_5_prompt=STRING!?5 storyboards|6 storyboards;multi_shot.storyboard_5_duration=INT?5 storyboards|6 storyboards;multi_shot.storyboard_6_prompt=STRING!?6 storyboards;multi_shot.storyboard_6_duration=INT?6 storyboards;generate_audio=BOOLEAN;model=COMBO;model.resolution=COMBO?kling-v3|kling-3.0-turbo;model.aspect_ratio=COMBO?kling-v3|kling-3.0-turbo;seed=INT#;start_frame=IMAGE	VIDEO=VIDEO
        KlingVirtualTryOnNode	h	human_image=IMAGE;cloth_image=IMAGE;model_name=COMBO	IMAGE=IMAGE
        Krea2ImageNode	h	prompt=STRING!;model=COMBO;model.aspect_ratio=COMBO?Krea 2 Medium|Krea 2 Medium Turbo|Krea 2 Large;model.resolution=COMBO?Krea 2 Medium|Krea 2 Medium Turbo|Krea 2 Large;model.creativity=COMBO?Krea 2 Medium|Krea 2 Medium Turbo|Krea 2 Large;model.moodboard_id=STRING?Krea 2 Medium|Krea 2 Medium Turbo|Krea 2 Large;model.moodboard_strength=FLOAT?Krea 2 Medium|Krea 2 Medium Turbo|Krea 2 Large;model.style_reference=KREA_STYLE_REF?Krea 2 Medium|Krea 2 Medium Turbo|Krea 2 Large;seed=INT#	IMAGE=IMAGE
        Krea2StyleReferenceNode		image=IMAGE;strength=FLOAT;style_reference=KREA_STYLE_REF	style_reference=KREA_STYLE_REF
        LTXAVTextEncoderLoader		text_encoder=@text_encoders;ckpt_name=@checkpoints;device=COMBO	CLIP=CLIP
        LTXVAddGuide		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;latent=LATENT;image=IMAGE;frame_idx=INT;strength=FLOAT;attention_mask=MASK;iclora_parameters=IC_LORA_PARAMETERS	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        LTXVAudioVAEDecode		samples=LATENT;audio_vae=VAE	Audio=AUDIO
        LTXVAudioVAEEncode		audio=AUDIO;audio_vae=VAE	Audio Latent=LATENT
        LTXVAudioVAELoader		ckpt_name=@checkpoints	Audio VAE=VAE
        LTXVConcatAVLatent		video_latent=LATENT;audio_latent=LATENT	latent=LATENT
        LTXVConditioning		positive=CONDITIONING;negative=CONDITIONING;frame_rate=FLOAT	positive=CONDITIONING;negative=CONDITIONING
        LTXVContextWindows		model=MODEL;context_length=INT;context_overlap=INT;context_schedule=COMBO;context_stride=INT;closed_loop=BOOLEAN;fuse_method=COMBO;freenoise=BOOLEAN;retain_first_frame=BOOLEAN;split_conds_to_windows=BOOLEAN	MODEL=MODEL
        LTXVCropGuides		positive=CONDITIONING;negative=CONDITIONING;latent=LATENT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        LTXVDualCFGGuider		model=MODEL;positive=CONDITIONING;negative=CONDITIONING;video_cfg=FLOAT;audio_cfg=FLOAT	GUIDER=GUIDER
        LTXVDurationPredictor		model=MODEL;positive=CONDITIONING;duration_head=MODEL_PATCH;frame_rate=FLOAT;min_seconds=FLOAT;max_seconds=FLOAT	num_frames=INT;seconds=FLOAT
        LTXVEmptyLatentAudio		frames_number=INT;frame_rate=FLOAT,INT;batch_size=INT;audio_vae=VAE	Latent=LATENT
        LTXVImgToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;image=IMAGE;width=INT;height=INT;length=INT;batch_size=INT;strength=FLOAT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        LTXVImgToVideoInplace		vae=VAE;image=IMAGE;latent=LATENT;strength=FLOAT;bypass=BOOLEAN	latent=LATENT
        LTXVLatentUpsampler		samples=LATENT;upscale_model=LATENT_UPSCALE_MODEL;vae=VAE	LATENT=LATENT
        LTXVModalityGuidance		model=MODEL;modality_scale=FLOAT;start_percent=FLOAT;end_percent=FLOAT	MODEL=MODEL
        LTXVPreprocess		image=IMAGE;img_compression=INT	output_image=IMAGE
        LTXVReferenceAudio		model=MODEL;positive=CONDITIONING;negative=CONDITIONING;reference_audio=AUDIO;audio_vae=VAE;identity_guidance_scale=FLOAT;start_percent=FLOAT;end_percent=FLOAT	MODEL=MODEL;positive=CONDITIONING;negative=CONDITIONING
        LTXVScheduler		steps=INT;max_shift=FLOAT;base_shift=FLOAT;stretch=BOOLEAN;terminal=FLOAT;latent=LATENT	SIGMAS=SIGMAS
        LTXVSeparateAVLatent		av_latent=LATENT	video_latent=LATENT;audio_latent=LATENT
        LTXVSpatioTemporalGuidance		model=MODEL;scale=FLOAT;blocks=STRING;start_percent=FLOAT;end_percent=FLOAT	MODEL=MODEL
        LaplaceScheduler		steps=INT;sigma_max=FLOAT;sigma_min=FLOAT;mu=FLOAT;beta=FLOAT	SIGMAS=SIGMAS
        LatentAdd		samples1=LATENT;samples2=LATENT	LATENT=LATENT
        LatentApplyOperation		samples=LATENT;operation=LATENT_OPERATION	LATENT=LATENT
        LatentApplyOperationCFG		model=MODEL;operation=LATENT_OPERATION	MODEL=MODEL
        LatentBatch		samples1=LATENT;samples2=LATENT	LATENT=LATENT
        LatentBatchSeedBehavior		samples=LATENT;seed_behavior=COMBO	LATENT=LATENT
        LatentBlend		samples1=LATENT;samples2=LATENT;blend_factor=FLOAT	LATENT=LATENT
        LatentComposite		samples_to=LATENT;samples_from=LATENT;x=INT;y=INT;feather=INT	LATENT=LATENT
        LatentCompositeMasked		destination=LATENT;source=LATENT;x=INT;y=INT;resize_source=BOOLEAN;mask=MASK	LATENT=LATENT
        LatentConcat		samples1=LATENT;samples2=LATENT;dim=COMBO	LATENT=LATENT
        LatentCrop		samples=LATENT;width=INT;height=INT;x=INT;y=INT	LATENT=LATENT
        LatentCut		samples=LATENT;dim=COMBO;index=INT;amount=INT	LATENT=LATENT
        LatentCutToBatch		samples=LATENT;dim=COMBO;slice_size=INT	LATENT=LATENT
        LatentFlip		samples=LATENT;flip_method=COMBO	LATENT=LATENT
        LatentFromBatch		samples=LATENT;batch_index=INT;length=INT	LATENT=LATENT
        LatentInterpolate		samples1=LATENT;samples2=LATENT;ratio=FLOAT	LATENT=LATENT
        LatentMultiply		samples=LATENT;multiplier=FLOAT	LATENT=LATENT
        LatentOperationSharpen		sharpen_radius=INT;sigma=FLOAT;alpha=FLOAT	LATENT_OPERATION=LATENT_OPERATION
        LatentOperationTonemapReinhard		multiplier=FLOAT	LATENT_OPERATION=LATENT_OPERATION
        LatentRotate		samples=LATENT;rotation=COMBO	LATENT=LATENT
        LatentSubtract		samples1=LATENT;samples2=LATENT	LATENT=LATENT
        LatentUpscale		samples=LATENT;upscale_method=COMBO;width=INT;height=INT;crop=COMBO	LATENT=LATENT
        LatentUpscaleBy		samples=LATENT;upscale_method=COMBO;scale_by=FLOAT	LATENT=LATENT
        LatentUpscaleModelLoader		model_name=@latent_upscale_models	LATENT_UPSCALE_MODEL=LATENT_UPSCALE_MODEL
        LayersFromBoundingBoxes		image=IMAGE;bboxes=BOUNDING_BOX,ARRAY,STRING;mask=MASK;layers=LAYERS;crop_to_content=BOOLEAN;canvas_width=INT;canvas_height=INT	LAYERS=LAYERS
        LazyCache		model=MODEL;reuse_threshold=FLOAT;start_percent=FLOAT;end_percent=FLOAT;verbose=BOOLEAN	MODEL=MODEL
        Load3D		model_file=@input:model^;image=LOAD_3D;width=INT;height=INT	image=IMAGE;mask=MASK;mesh_path=STRING;normal=IMAGE;camera_info=LOAD3D_CAMERA;recording_video=VIDEO;model_3d=FILE_3D;model_3d_info=LOAD3D_MODEL_INFO
        Load3DAdvanced		model_file=@input:model^;viewport_state=LOAD_3D;width=INT;height=INT	model_3d=FILE_3D;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA;width=INT;height=INT
        Load3DAnimation		model_file=@input:model^;image=LOAD_3D_ANIMATION;width=INT;height=INT	image=IMAGE;mask=MASK;mesh_path=STRING;normal=IMAGE;camera_info=LOAD3D_CAMERA;recording_video=VIDEO
        LoadAudio		audio=@input:audio^	AUDIO=AUDIO
        LoadBackgroundRemovalModel		bg_removal_name=@background_removal	bg_model=BACKGROUND_REMOVAL
        LoadDA3Model		model_name=@geometry_estimation;weight_dtype=COMBO	DA3_MODEL=DA3_MODEL
        LoadImage		image=@input:image^	IMAGE=IMAGE;MASK=MASK
        LoadImageDataSetFromFolder		folder=COMBO	images=IMAGE
        LoadImageMask		image=@input:image^;channel=COMBO	MASK=MASK
        LoadImageOutput		image=@input:image^	IMAGE=IMAGE;MASK=MASK
        LoadImageSetFromFolderNode		folder=COMBO;resize_method=COMBO	IMAGE=IMAGE
        LoadImageTextDataSetFromFolder		folder=COMBO	images=IMAGE;texts=STRING
        LoadImageTextSetFromFolderNode		folder=COMBO;clip=CLIP;resize_method=COMBO;width=INT;height=INT	IMAGE=IMAGE;CONDITIONING=CONDITIONING
        LoadLatent		latent=@input:latent	LATENT=LATENT
        LoadMediaPipeFaceLandmarker		model_name=@detection	FACE_DETECTION_MODEL=FACE_DETECTION_MODEL
        LoadMoGeModel		model_name=@geometry_estimation	MOGE_MODEL=MOGE_MODEL
        LoadTrainingDataset		folder_name=COMBO	latents=LATENT;conditioning=CONDITIONING
        LoadVideo		file=@input:video^	VIDEO=VIDEO
        LoadVideoDataSetFromFolder		folder=COMBO	videos=VIDEO
        LoadVideoTextDataSetFromFolder		folder=COMBO	videos=VIDEO;texts=STRING
        LoraLoader		model=MODEL;clip=CLIP;lora_name=@loras;strength_model=FLOAT;strength_clip=FLOAT	MODEL=MODEL;CLIP=CLIP
        LoraLoaderBypass		model=MODEL;clip=CLIP;lora_name=@loras;strength_model=FLOAT;strength_clip=FLOAT	MODEL=MODEL;CLIP=CLIP
        LoraLoaderBypassModelOnly		model=MODEL;lora_name=@loras;strength_model=FLOAT	MODEL=MODEL
        LoraLoaderModelOnly		model=MODEL;lora_name=@loras;strength_model=FLOAT	MODEL=MODEL
        LoraModelLoader		model=MODEL;lora=LORA_MODEL;strength_model=FLOAT;bypass=BOOLEAN	model=MODEL
        LoraSave	o	filename_prefix=STRING;rank=INT;lora_type=COMBO;bias_diff=BOOLEAN;model_diff=MODEL;text_encoder_diff=CLIP
        LossGraphNode	o	loss=LOSS_MAP;filename_prefix=STRING
        LotusConditioning			conditioning=CONDITIONING
        LtxApi25AudioToVideo	h	audio=AUDIO;model=COMBO;model.resolution=COMBO?LTX-2.5 (Fast)|LTX-2.5 (Pro);prompt=STRING!;seed=INT#;image=IMAGE	VIDEO=VIDEO
        LtxApi25ImageToVideo	h	image=IMAGE;model=COMBO;model.duration=COMBO?LTX-2.5 (Fast)|LTX-2.5 (Pro);model.resolution=COMBO?LTX-2.5 (Fast)|LTX-2.5 (Pro);model.fps=COMBO?LTX-2.5 (Fast)|LTX-2.5 (Pro);model.generate_audio=BOOLEAN?LTX-2.5 (Fast)|LTX-2.5 (Pro);prompt=STRING!;seed=INT#;last_frame=IMAGE	VIDEO=VIDEO
        LtxApi25TextToVideo	h	model=COMBO;model.duration=COMBO?LTX-2.5 (Fast)|LTX-2.5 (Pro);model.resolution=COMBO?LTX-2.5 (Fast)|LTX-2.5 (Pro);model.fps=COMBO?LTX-2.5 (Fast)|LTX-2.5 (Pro);model.generate_audio=BOOLEAN?LTX-2.5 (Fast)|LTX-2.5 (Pro);prompt=STRING!;seed=INT#	VIDEO=VIDEO
        LtxvApiImageToVideo	h	image=IMAGE;model=COMBO;prompt=STRING!;duration=COMBO;resolution=COMBO;fps=COMBO;generate_audio=BOOLEAN	VIDEO=VIDEO
        LtxvApiTextToVideo	h	model=COMBO;prompt=STRING!;duration=COMBO;resolution=COMBO;fps=COMBO;generate_audio=BOOLEAN	VIDEO=VIDEO
        LumaConceptsNode		concept1=COMBO;concept2=COMBO;concept3=COMBO;concept4=COMBO;luma_concepts=LUMA_CONCEPTS	luma_concepts=LUMA_CONCEPTS
        LumaImageEditNode2	h	source=IMAGE;prompt=STRING!;model=COMBO;model.style=COMBO?uni-1|uni-1-max;model.web_search=BOOLEAN?uni-1|uni-1-max;model.image_ref.*=IMAGE;seed=INT#	IMAGE=IMAGE
        LumaImageModifyNode	h	image=IMAGE;prompt=STRING!;image_weight=FLOAT;model=COMBO;seed=INT#	IMAGE=IMAGE
        LumaImageNode	h	prompt=STRING!;model=COMBO;aspect_ratio=COMBO;seed=INT#;style_image_weight=FLOAT;image_luma_ref=LUMA_REF;style_image=IMAGE;character_image=IMAGE	IMAGE=IMAGE
        LumaImageNode2	h	prompt=STRING!;model=COMBO;model.aspect_ratio=COMBO?uni-1|uni-1-max;model.style=COMBO?uni-1|uni-1-max;model.web_search=BOOLEAN?uni-1|uni-1-max;model.image_ref.*=IMAGE;seed=INT#	IMAGE=IMAGE
        LumaImageToVideoNode	h	prompt=STRING!;model=COMBO;resolution=COMBO;duration=COMBO;loop=BOOLEAN;seed=INT#;first_image=IMAGE;last_image=IMAGE;luma_concepts=LUMA_CONCEPTS	VIDEO=VIDEO
        LumaRay32ExtendVideoNode	h	source_generation_id=STRING;direction=COMBO;direction.loop=BOOLEAN?Forward (continue after);prompt=STRING!;resolution=COMBO;seed=INT#	VIDEO=VIDEO;generation_id=STRING
        LumaRay32ImageToVideoNode	h	prompt=STRING!;resolution=COMBO;loop=BOOLEAN;seed=INT#;start_frame=IMAGE;end_frame=IMAGE	VIDEO=VIDEO;generation_id=STRING
        LumaRay32KeyframeNode		image=IMAGE;position=COMBO;position.fraction=FLOAT?Fraction of duration (0.0-1.0);position.seconds=FLOAT?Absolute time (seconds);keyframes=LUMA_RAY32_KEYFRAME	keyframes=LUMA_RAY32_KEYFRAME
        LumaRay32KeyframesToVideoNode	h	prompt=STRING!;resolution=COMBO;duration=COMBO;seed=INT#;keyframes=LUMA_RAY32_KEYFRAME	VIDEO=VIDEO;generation_id=STRING
        LumaRay32TextToVideoNode	h	prompt=STRING!;aspect_ratio=COMBO;resolution=COMBO;duration=COMBO;loop=BOOLEAN;seed=INT#	VIDEO=VIDEO;generation_id=STRING
        LumaRay32VideoEditNode	h	video=VIDEO;prompt=STRING!;resolution=COMBO;strength=COMBO;seed=INT#	VIDEO=VIDEO;generation_id=STRING
        LumaRay32VideoReframeNode	h	video=VIDEO;prompt=STRING!;aspect_ratio=COMBO;resolution=COMBO;seed=INT#	VIDEO=VIDEO;generation_id=STRING
        LumaReferenceNode		image=IMAGE;weight=FLOAT;luma_ref=LUMA_REF	luma_ref=LUMA_REF
        LumaVideoNode	h	prompt=STRING!;model=COMBO;aspect_ratio=COMBO;resolution=COMBO;duration=COMBO;loop=BOOLEAN;seed=INT#;luma_concepts=LUMA_CONCEPTS	VIDEO=VIDEO
        MagnificImageRelightNode	h	image=IMAGE;prompt=STRING!;light_transfer_strength=INT;style=COMBO;interpolate_from_original=BOOLEAN;change_background=BOOLEAN;preserve_details=BOOLEAN;advanced_settings=COMBO;advanced_settings.whites=INT?enabled;advanced_settings.blacks=INT?enabled;advanced_settings.brightness=INT?enabled;advanced_settings.contrast=INT?enabled;advanced_settings.saturation=INT?enabled;advanced_settings.engine=COMBO?enabled;advanced_settings.transfer_light_a=COMBO?enabled;advanced_settings.transfer_light_b=COMBO?enabled;advanced_settings.fixed_generation=BOOLEAN?enabled;reference_image=IMAGE	IMAGE=IMAGE
        MagnificImageSkinEnhancerNode	h	image=IMAGE;sharpen=INT;smart_grain=INT;mode=COMBO;mode.skin_detail=INT?faithful;mode.optimized_for=COMBO?flexible	IMAGE=IMAGE
        MagnificImageStyleTransferNode	h	image=IMAGE;reference_image=IMAGE;prompt=STRING!;style_strength=INT;structure_strength=INT;flavor=COMBO;engine=COMBO;portrait_mode=COMBO;portrait_mode.portrait_style=COMBO?enabled;portrait_mode.portrait_beautifier=COMBO?enabled;fixed_generation=BOOLEAN	IMAGE=IMAGE
        MagnificImageUpscalerCreativeNode	h	image=IMAGE;prompt=STRING!;scale_factor=COMBO;optimized_for=COMBO;creativity=INT;hdr=INT;resemblance=INT;fractality=INT;engine=COMBO;auto_downscale=BOOLEAN	IMAGE=IMAGE
        MagnificImageUpscalerPreciseV2Node	h	image=IMAGE;scale_factor=COMBO;flavor=COMBO;sharpen=INT;smart_grain=INT;ultra_detail=INT;auto_downscale=BOOLEAN	IMAGE=IMAGE
        Mahiro		model=MODEL	patched_model=MODEL
        MakeTrainingDataset		images=IMAGE;vae=VAE;clip=CLIP;texts=STRING<	latents=LATENT;conditioning=CONDITIONING
        ManualSigmas		sigmas=STRING	SIGMAS=SIGMAS
        MaskComposite		destination=MASK;source=MASK;x=INT;y=INT;operation=COMBO	MASK=MASK
        MaskPreview	o	mask=MASK	mask=MASK
        MaskToImage		mask=MASK	IMAGE=IMAGE
        MediaPipeFaceLandmarker		face_detection_model=FACE_DETECTION_MODEL;image=IMAGE;detector_variant=COMBO;num_faces=INT;min_confidence=FLOAT;missing_frame_fallback=COMBO	face_landmarks=FACE_LANDMARKS;bboxes=BOUNDING_BOX
        MediaPipeFaceMask		face_landmarks=FACE_LANDMARKS;regions=COMBO;regions.face_oval=BOOLEAN?custom;regions.lips=BOOLEAN?custom;regions.left_eye=BOOLEAN?custom;regions.right_eye=BOOLEAN?custom;regions.irises=BOOLEAN?custom	MASK=MASK
        MediaPipeFaceMeshVisualize		face_landmarks=FACE_LANDMARKS;connections=COMBO;connections.face_oval=BOOLEAN?custom;connections.lips=BOOLEAN?custom;connections.left_eye=BOOLEAN?custom;connections.right_eye=BOOLEAN?custom;connections.left_eyebrow=BOOLEAN?custom;connections.right_eyebrow=BOOLEAN?custom;connections.irises=BOOLEAN?custom;connections.nose=BOOLEAN?custom;connections.tesselation=BOOLEAN?custom;color=COLOR;thickness=INT;point_size=INT;image=IMAGE	IMAGE=IMAGE
        MergeImageLists		images=IMAGE	images=IMAGE
        MergeMeshes		meshes.*=MESH	mesh=MESH
        MergeSplat		splats.*=SPLAT	splat=SPLAT
        MergeTextLists		texts=STRING	texts=STRING
        MeshSmoothNormals		mesh=MESH;crease_angle=FLOAT	mesh=MESH
        MeshTextureToImage		mesh=MESH	base_color=IMAGE;metallic=IMAGE;roughness=IMAGE;occlusion=IMAGE;normal_map=IMAGE
        MeshToFile3D		mesh=MESH	model_3d=FILE_3D_GLB
        MeshyAnimateModelNode	oh	rig_task_id=MESHY_RIGGED_TASK_ID;action_id=INT	model_file=STRING;GLB=FILE_3D_GLB;FBX=FILE_3D_FBX
        MeshyImageToModelNode	oh	model=COMBO;image=IMAGE;should_remesh=COMBO;should_remesh.topology=COMBO?true;should_remesh.target_polycount=INT?true;symmetry_mode=COMBO;should_texture=COMBO;should_texture.enable_pbr=BOOLEAN?true;should_texture.texture_prompt=STRING!?true;should_texture.texture_image=IMAGE?true;pose_mode=COMBO;seed=INT#	model_file=STRING;meshy_task_id=MESHY_TASK_ID;GLB=FILE_3D_GLB;FBX=FILE_3D_FBX
        MeshyMultiImageToModelNode	oh	model=COMBO;images.*=IMAGE;should_remesh=COMBO;should_remesh.topology=COMBO?true;should_remesh.target_polycount=INT?true;symmetry_mode=COMBO;should_texture=COMBO;should_texture.enable_pbr=BOOLEAN?true;should_texture.texture_prompt=STRING!?true;should_texture.texture_image=IMAGE?true;pose_mode=COMBO;seed=INT#	model_file=STRING;meshy_task_id=MESHY_TASK_ID;GLB=FILE_3D_GLB;FBX=FILE_3D_FBX
        MeshyRefineNode	oh	model=COMBO;meshy_task_id=MESHY_TASK_ID;enable_pbr=BOOLEAN;texture_prompt=STRING!;texture_image=IMAGE	model_file=STRING;meshy_task_id=MESHY_TASK_ID;GLB=FILE_3D_GLB;FBX=FILE_3D_FBX
        MeshyRigModelNode	oh	meshy_task_id=MESHY_TASK_ID;height_meters=FLOAT;texture_image=IMAGE	model_file=STRING;rig_task_id=MESHY_RIGGED_TASK_ID;GLB=FILE_3D_GLB;FBX=FILE_3D_FBX
        MeshyTextToModelNode	oh	model=COMBO;prompt=STRING!;style=COMBO;should_remesh=COMBO;should_remesh.topology=COMBO?true;should_remesh.target_polycount=INT?true;symmetry_mode=COMBO;pose_mode=COMBO;seed=INT#	model_file=STRING;meshy_task_id=MESHY_TASK_ID;GLB=FILE_3D_GLB;FBX=FILE_3D_FBX
        MeshyTextureNode	oh	model=COMBO;meshy_task_id=MESHY_TASK_ID;enable_original_uv=BOOLEAN;pbr=BOOLEAN;text_style_prompt=STRING!;image_style=IMAGE	model_file=STRING;meshy_task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB;FBX=FILE_3D_FBX
        MiniMaxH3AddGuide		positive=CONDITIONING;latent=LATENT;frame_idx=INT;vae=VAE;audio_vae=VAE;image=IMAGE;audio=AUDIO	positive=CONDITIONING
        MiniMaxH3ImageToVideo		clip=CLIP;vae=VAE;prompt=STRING!;width=INT;height=INT;length=INT;first_frame=IMAGE;last_frame=IMAGE	positive=CONDITIONING;LATENT=LATENT
        MiniMaxH3ReferenceToVideo		clip=CLIP;vae=VAE;audio_vae=VAE;prompt=STRING!;width=INT;height=INT;length=INT;ref_image_size=COMBO;ref_images.*=IMAGE;ref_videos.*=IMAGE;ref_video_audios.*=AUDIO;ref_audios.*=AUDIO	positive=CONDITIONING;LATENT=LATENT
        MiniMaxH3SigmaShift		model=MODEL;shift_video=FLOAT;shift_audio=FLOAT	MODEL=MODEL
        MiniMaxMusic3TextEncode		clip=CLIP;caption=STRING!;lyrics=STRING!;seed=INT#;max_duration=FLOAT;cfg_scale=FLOAT;top_k=INT	CONDITIONING=CONDITIONING;seconds=FLOAT
        MinimaxHailuo03ContextIRNode	h	model=COMBO;model.prompt=STRING!?MiniMax H3;model.duration=INT?MiniMax H3;model.ratio=COMBO?MiniMax H3;model.reference_images.*=IMAGE;model.reference_videos.*=VIDEO;model.reference_audios.*=AUDIO;first_frame=IMAGE;last_frame=IMAGE	STRING=STRING
        MinimaxHailuo03FirstLastFrameNode	h	model=COMBO;model.prompt=STRING!?MiniMax H3;model.resolution=COMBO?MiniMax H3;model.duration=INT?MiniMax H3;first_frame=IMAGE;seed=INT#;watermark=BOOLEAN;last_frame=IMAGE	VIDEO=VIDEO
        MinimaxHailuo03ReferenceNode	h	model=COMBO;model.prompt=STRING!?MiniMax H3;model.resolution=COMBO?MiniMax H3;model.ratio=COMBO?MiniMax H3;model.duration=INT?MiniMax H3;model.reference_images.*=IMAGE;model.reference_videos.*=VIDEO;model.reference_audios.*=AUDIO;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        MinimaxHailuo03RegenerateNode	h	model=COMBO;model.prompt=STRING!?MiniMax H3;model.resolution=COMBO?MiniMax H3;model.reference_images.*=IMAGE;model.reference_videos.*=VIDEO;model.reference_audios.*=AUDIO;video=VIDEO;watermark=BOOLEAN;first_frame=IMAGE;last_frame=IMAGE	VIDEO=VIDEO
        MinimaxHailuo03TextToVideoNode	h	model=COMBO;model.prompt=STRING!?MiniMax H3;model.resolution=COMBO?MiniMax H3;model.ratio=COMBO?MiniMax H3;model.duration=INT?MiniMax H3;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        MinimaxHailuoVideoNode	h	prompt_text=STRING!;seed=INT#;first_frame_image=IMAGE;prompt_optimizer=BOOLEAN;duration=COMBO;resolution=COMBO	VIDEO=VIDEO
        MinimaxImageToVideoNode	h	image=IMAGE;prompt_text=STRING!;model=COMBO;seed=INT#	VIDEO=VIDEO
        MinimaxTextToVideoNode	h	prompt_text=STRING!;model=COMBO;seed=INT#	VIDEO=VIDEO
        MoGeGeometryToFOV		moge_geometry=MOGE_GEOMETRY;axis=COMBO;unit=COMBO	fov=FLOAT;focal_pixels=FLOAT
        MoGeInference		moge_model=MOGE_MODEL;image=IMAGE;resolution_level=INT;fov_x_degrees=FLOAT;batch_size=INT;force_projection=BOOLEAN;apply_mask=BOOLEAN	moge_geometry=MOGE_GEOMETRY
        MoGePanoramaInference		moge_model=MOGE_MODEL;image=IMAGE;resolution_level=INT;split_resolution=INT;merge_resolution=INT;batch_size=INT	moge_geometry=MOGE_GEOMETRY
        MoGePointMapToMesh		moge_geometry=MOGE_GEOMETRY;batch_index=INT;decimation=INT;discontinuity_threshold=FLOAT;texture=BOOLEAN	MESH=MESH
        MoGeRender		moge_geometry=MOGE_GEOMETRY;output=COMBO	IMAGE=IMAGE
        ModelAttentionBackend		model=MODEL;attention=COMBO	MODEL=MODEL
        ModelComputeDtype		model=MODEL;dtype=COMBO	MODEL=MODEL
        ModelMergeAdd		model1=MODEL;model2=MODEL	MODEL=MODEL
        ModelMergeAuraflow		model1=MODEL;model2=MODEL;init_x_linear.=FLOAT;positional_encoding=FLOAT;cond_seq_linear.=FLOAT;register_tokens=FLOAT;t_embedder.=FLOAT;double_layers.0.=FLOAT;double_layers.1.=FLOAT;double_layers.2.=FLOAT;double_layers.3.=FLOAT;single_layers.0.=FLOAT;single_layers.1.=FLOAT;single_layers.2.=FLOAT;single_layers.3.=FLOAT;single_layers.4.=FLOAT;single_layers.5.=FLOAT;single_layers.6.=FLOAT;single_layers.7.=FLOAT;single_layers.8.=FLOAT;single_layers.9.=FLOAT;single_layers.10.=FLOAT;single_layers.11.=FLOAT;single_layers.12.=FLOAT;single_layers.13.=FLOAT;single_layers.14.=FLOAT;single_layers.15.=FLOAT;single_layers.16.=FLOAT;single_layers.17.=FLOAT;single_layers.18.=FLOAT;single_layers.19.=FLOAT;single_layers.20.=FLOAT;single_layers.21.=FLOAT;single_layers.22.=FLOAT;single_layers.23.=FLOAT;single_layers.24.=FLOAT;single_layers.25.=FLOAT;single_layers.26.=FLOAT;single_layers.27.=FLOAT;single_layers.28.=FLOAT;single_layers.29.=FLOAT;single_layers.30.=FLOAT;single_layers.31.=FLOAT;modF.=FLOAT;final_linear.=FLOAT	MODEL=MODEL
        ModelMergeBlocks		model1=MODEL;model2=MODEL;input=FLOAT;middle=FLOAT;out=FLOAT	MODEL=MODEL
        ModelMergeCosmos14B		model1=MODEL;model2=MODEL;pos_embedder.=FLOAT;extra_pos_embedder.=FLOAT;x_embedder.=FLOAT;t_embedder.=FLOAT;affline_norm.=FLOAT;blocks.block0.=FLOAT;blocks.block1.=FLOAT;blocks.block2.=FLOAT;blocks.block3.=FLOAT;blocks.block4.=FLOAT;blocks.block5.=FLOAT;blocks.block6.=FLOAT;blocks.block7.=FLOAT;blocks.block8.=FLOAT;blocks.block9.=FLOAT;blocks.block10.=FLOAT;blocks.block11.=FLOAT;blocks.block12.=FLOAT;blocks.block13.=FLOAT;blocks.block14.=FLOAT;blocks.block15.=FLOAT;blocks.block16.=FLOAT;blocks.block17.=FLOAT;blocks.block18.=FLOAT;blocks.block19.=FLOAT;blocks.block20.=FLOAT;blocks.block21.=FLOAT;blocks.block22.=FLOAT;blocks.block23.=FLOAT;blocks.block24.=FLOAT;blocks.block25.=FLOAT;blocks.block26.=FLOAT;blocks.block27.=FLOAT;blocks.block28.=FLOAT;blocks.block29.=FLOAT;blocks.block30.=FLOAT;blocks.block31.=FLOAT;blocks.block32.=FLOAT;blocks.block33.=FLOAT;blocks.block34.=FLOAT;blocks.block35.=FLOAT;final_layer.=FLOAT	MODEL=MODEL
        ModelMergeCosmos7B		model1=MODEL;model2=MODEL;pos_embedder.=FLOAT;extra_pos_embedder.=FLOAT;x_embedder.=FLOAT;t_embedder.=FLOAT;affline_norm.=FLOAT;blocks.block0.=FLOAT;blocks.block1.=FLOAT;blocks.block2.=FLOAT;blocks.block3.=FLOAT;blocks.block4.=FLOAT;blocks.block5.=FLOAT;blocks.block6.=FLOAT;blocks.block7.=FLOAT;blocks.block8.=FLOAT;blocks.block9.=FLOAT;blocks.block10.=FLOAT;blocks.block11.=FLOAT;blocks.block12.=FLOAT;blocks.block13.=FLOAT;blocks.block14.=FLOAT;blocks.block15.=FLOAT;blocks.block16.=FLOAT;blocks.block17.=FLOAT;blocks.block18.=FLOAT;blocks.block19.=FLOAT;blocks.block20.=FLOAT;blocks.block21.=FLOAT;blocks.block22.=FLOAT;blocks.block23.=FLOAT;blocks.block24.=FLOAT;blocks.block25.=FLOAT;blocks.block26.=FLOAT;blocks.block27.=FLOAT;final_layer.=FLOAT	MODEL=MODEL
        ModelMergeCosmosPredict2_14B		model1=MODEL;model2=MODEL;pos_embedder.=FLOAT;x_embedder.=FLOAT;t_embedder.=FLOAT;t_embedding_norm.=FLOAT;blocks.0.=FLOAT;blocks.1.=FLOAT;blocks.2.=FLOAT;blocks.3.=FLOAT;blocks.4.=FLOAT;blocks.5.=FLOAT;blocks.6.=FLOAT;blocks.7.=FLOAT;blocks.8.=FLOAT;blocks.9.=FLOAT;blocks.10.=FLOAT;blocks.11.=FLOAT;blocks.12.=FLOAT;blocks.13.=FLOAT;blocks.14.=FLOAT;blocks.15.=FLOAT;blocks.16.=FLOAT;blocks.17.=FLOAT;blocks.18.=FLOAT;blocks.19.=FLOAT;blocks.20.=FLOAT;blocks.21.=FLOAT;blocks.22.=FLOAT;blocks.23.=FLOAT;blocks.24.=FLOAT;blocks.25.=FLOAT;blocks.26.=FLOAT;blocks.27.=FLOAT;blocks.28.=FLOAT;blocks.29.=FLOAT;blocks.30.=FLOAT;blocks.31.=FLOAT;blocks.32.=FLOAT;blocks.33.=FLOAT;blocks.34.=FLOAT;blocks.35.=FLOAT;final_layer.=FLOAT	MODEL=MODEL
        ModelMergeCosmosPredict2_2B		model1=MODEL;model2=MODEL;pos_embedder.=FLOAT;x_embedder.=FLOAT;t_embedder.=FLOAT;t_embedding_norm.=FLOAT;blocks.0.=FLOAT;blocks.1.=FLOAT;blocks.2.=FLOAT;blocks.3.=FLOAT;blocks.4.=FLOAT;blocks.5.=FLOAT;blocks.6.=FLOAT;blocks.7.=FLOAT;blocks.8.=FLOAT;blocks.9.=FLOAT;blocks.10.=FLOAT;blocks.11.=FLOAT;blocks.12.=FLOAT;blocks.13.=FLOAT;blocks.14.=FLOAT;blocks.15.=FLOAT;blocks.16.=FLOAT;blocks.17.=FLOAT;blocks.18.=FLOAT;blocks.19.=FLOAT;blocks.20.=FLOAT;blocks.21.=FLOAT;blocks.22.=FLOAT;blocks.23.=FLOAT;blocks.24.=FLOAT;blocks.25.=FLOAT;blocks.26.=FLOAT;blocks.27.=FLOAT;final_layer.=FLOAT	MODEL=MODEL
        ModelMergeFlux1		model1=MODEL;model2=MODEL;img_in.=FLOAT;time_in.=FLOAT;guidance_in=FLOAT;vector_in.=FLOAT;txt_in.=FLOAT;double_blocks.0.=FLOAT;double_blocks.1.=FLOAT;double_blocks.2.=FLOAT;double_blocks.3.=FLOAT;double_blocks.4.=FLOAT;double_blocks.5.=FLOAT;double_blocks.6.=FLOAT;double_blocks.7.=FLOAT;double_blocks.8.=FLOAT;double_blocks.9.=FLOAT;double_blocks.10.=FLOAT;double_blocks.11.=FLOAT;double_blocks.12.=FLOAT;double_blocks.13.=FLOAT;double_blocks.14.=FLOAT;double_blocks.15.=FLOAT;double_blocks.16.=FLOAT;double_blocks.17.=FLOAT;double_blocks.18.=FLOAT;single_blocks.0.=FLOAT;single_blocks.1.=FLOAT;single_blocks.2.=FLOAT;single_blocks.3.=FLOAT;single_blocks.4.=FLOAT;single_blocks.5.=FLOAT;single_blocks.6.=FLOAT;single_blocks.7.=FLOAT;single_blocks.8.=FLOAT;single_blocks.9.=FLOAT;single_blocks.10.=FLOAT;single_blocks.11.=FLOAT;single_blocks.12.=FLOAT;single_blocks.13.=FLOAT;single_blocks.14.=FLOAT;single_blocks.15.=FLOAT;single_blocks.16.=FLOAT;single_blocks.17.=FLOAT;single_blocks.18.=FLOAT;single_blocks.19.=FLOAT;single_blocks.20.=FLOAT;single_blocks.21.=FLOAT;single_blocks.22.=FLOAT;single_blocks.23.=FLOAT;single_blocks.24.=FLOAT;single_blocks.25.=FLOAT;single_blocks.26.=FLOAT;single_blocks.27.=FLOAT;single_blocks.28.=FLOAT;single_blocks.29.=FLOAT;single_blocks.30.=FLOAT;single_blocks.31.=FLOAT;single_blocks.32.=FLOAT;single_blocks.33.=FLOAT;single_blocks.34.=FLOAT;single_blocks.35.=FLOAT;single_blocks.36.=FLOAT;single_blocks.37.=FLOAT;final_layer.=FLOAT	MODEL=MODEL
        ModelMergeKrea2		model1=MODEL;model2=MODEL;first.=FLOAT;tmlp.=FLOAT;txtmlp.=FLOAT;tproj.=FLOAT;txtfusion.layerwise_blocks.0.=FLOAT;txtfusion.layerwise_blocks.1.=FLOAT;txtfusion.projector.=FLOAT;txtfusion.refiner_blocks.0.=FLOAT;txtfusion.refiner_blocks.1.=FLOAT;blocks.0.=FLOAT;blocks.1.=FLOAT;blocks.2.=FLOAT;blocks.3.=FLOAT;blocks.4.=FLOAT;blocks.5.=FLOAT;blocks.6.=FLOAT;blocks.7.=FLOAT;blocks.8.=FLOAT;blocks.9.=FLOAT;blocks.10.=FLOAT;blocks.11.=FLOAT;blocks.12.=FLOAT;blocks.13.=FLOAT;blocks.14.=FLOAT;blocks.15.=FLOAT;blocks.16.=FLOAT;blocks.17.=FLOAT;blocks.18.=FLOAT;blocks.19.=FLOAT;blocks.20.=FLOAT;blocks.21.=FLOAT;blocks.22.=FLOAT;blocks.23.=FLOAT;blocks.24.=FLOAT;blocks.25.=FLOAT;blocks.26.=FLOAT;blocks.27.=FLOAT;last.=FLOAT	MODEL=MODEL
        ModelMergeLTXV		model1=MODEL;model2=MODEL;patchify_proj.=FLOAT;adaln_single.=FLOAT;caption_projection.=FLOAT;transformer_blocks.0.=FLOAT;transformer_blocks.1.=FLOAT;transformer_blocks.2.=FLOAT;transformer_blocks.3.=FLOAT;transformer_blocks.4.=FLOAT;transformer_blocks.5.=FLOAT;transformer_blocks.6.=FLOAT;transformer_blocks.7.=FLOAT;transformer_blocks.8.=FLOAT;transformer_blocks.9.=FLOAT;transformer_blocks.10.=FLOAT;transformer_blocks.11.=FLOAT;transformer_blocks.12.=FLOAT;transformer_blocks.13.=FLOAT;transformer_blocks.14.=FLOAT;transformer_blocks.15.=FLOAT;transformer_blocks.16.=FLOAT;transformer_blocks.17.=FLOAT;transformer_blocks.18.=FLOAT;transformer_blocks.19.=FLOAT;transformer_blocks.20.=FLOAT;transformer_blocks.21.=FLOAT;transformer_blocks.22.=FLOAT;transformer_blocks.23.=FLOAT;transformer_blocks.24.=FLOAT;transformer_blocks.25.=FLOAT;transformer_blocks.26.=FLOAT;transformer_blocks.27.=FLOAT;scale_shift_table=FLOAT;proj_out.=FLOAT	MODEL=MODEL
        ModelMergeMochiPreview		model1=MODEL;model2=MODEL;pos_frequencies.=FLOAT;t_embedder.=FLOAT;t5_y_embedder.=FLOAT;t5_yproj.=FLOAT;blocks.0.=FLOAT;blocks.1.=FLOAT;blocks.2.=FLOAT;blocks.3.=FLOAT;blocks.4.=FLOAT;blocks.5.=FLOAT;blocks.6.=FLOAT;blocks.7.=FLOAT;blocks.8.=FLOAT;blocks.9.=FLOAT;blocks.10.=FLOAT;blocks.11.=FLOAT;blocks.12.=FLOAT;blocks.13.=FLOAT;blocks.14.=FLOAT;blocks.15.=FLOAT;blocks.16.=FLOAT;blocks.17.=FLOAT;blocks.18.=FLOAT;blocks.19.=FLOAT;blocks.20.=FLOAT;blocks.21.=FLOAT;blocks.22.=FLOAT;blocks.23.=FLOAT;blocks.24.=FLOAT;blocks.25.=FLOAT;blocks.26.=FLOAT;blocks.27.=FLOAT;blocks.28.=FLOAT;blocks.29.=FLOAT;blocks.30.=FLOAT;blocks.31.=FLOAT;blocks.32.=FLOAT;blocks.33.=FLOAT;blocks.34.=FLOAT;blocks.35.=FLOAT;blocks.36.=FLOAT;blocks.37.=FLOAT;blocks.38.=FLOAT;blocks.39.=FLOAT;blocks.40.=FLOAT;blocks.41.=FLOAT;blocks.42.=FLOAT;blocks.43.=FLOAT;blocks.44.=FLOAT;blocks.45.=FLOAT;blocks.46.=FLOAT;blocks.47.=FLOAT;final_layer.=FLOAT	MODEL=MODEL
        ModelMergeQwenImage		model1=MODEL;model2=MODEL;pos_embeds.=FLOAT;img_in.=FLOAT;txt_norm.=FLOAT;txt_in.=FLOAT;time_text_embed.=FLOAT;transformer_blocks.0.=FLOAT;transformer_blocks.1.=FLOAT;transformer_blocks.2.=FLOAT;transformer_blocks.3.=FLOAT;transformer_blocks.4.=FLOAT;transformer_blocks.5.=FLOAT;transformer_blocks.6.=FLOAT;transformer_blocks.7.=FLOAT;transformer_blocks.8.=FLOAT;transformer_blocks.9.=FLOAT;transformer_blocks.10.=FLOAT;transformer_blocks.11.=FLOAT;transformer_blocks.12.=FLOAT;transformer_blocks.13.=FLOAT;transformer_blocks.14.=FLOAT;transformer_blocks.15.=FLOAT;transformer_blocks.16.=FLOAT;transformer_blocks.17.=FLOAT;transformer_blocks.18.=FLOAT;transformer_blocks.19.=FLOAT;transformer_blocks.20.=FLOAT;transformer_blocks.21.=FLOAT;transformer_blocks.22.=FLOAT;transformer_blocks.23.=FLOAT;transformer_blocks.24.=FLOAT;transformer_blocks.25.=FLOAT;transformer_blocks.26.=FLOAT;transformer_blocks.27.=FLOAT;transformer_blocks.28.=FLOAT;transformer_blocks.29.=FLOAT;transformer_blocks.30.=FLOAT;transformer_blocks.31.=FLOAT;transformer_blocks.32.=FLOAT;transformer_blocks.33.=FLOAT;transformer_blocks.34.=FLOAT;transformer_blocks.35.=FLOAT;transformer_blocks.36.=FLOAT;transformer_blocks.37.=FLOAT;transformer_blocks.38.=FLOAT;transformer_blocks.39.=FLOAT;transformer_blocks.40.=FLOAT;transformer_blocks.41.=FLOAT;transformer_blocks.42.=FLOAT;transformer_blocks.43.=FLOAT;transformer_blocks.44.=FLOAT;transformer_blocks.45.=FLOAT;transformer_blocks.46.=FLOAT;transformer_blocks.47.=FLOAT;transformer_blocks.48.=FLOAT;transformer_blocks.49.=FLOAT;transformer_blocks.50.=FLOAT;transformer_blocks.51.=FLOAT;transformer_blocks.52.=FLOAT;transformer_blocks.53.=FLOAT;transformer_blocks.54.=FLOAT;transformer_blocks.55.=FLOAT;transformer_blocks.56.=FLOAT;transformer_blocks.57.=FLOAT;transformer_blocks.58.=FLOAT;transformer_blocks.59.=FLOAT;proj_out.=FLOAT	MODEL=MODEL
        ModelMergeSD1		model1=MODEL;model2=MODEL;time_embed.=FLOAT;label_emb.=FLOAT;input_blocks.0.=FLOAT;input_blocks.1.=FLOAT;input_blocks.2.=FLOAT;input_blocks.3.=FLOAT;input_blocks.4.=FLOAT;input_blocks.5.=FLOAT;input_blocks.6.=FLOAT;input_blocks.7.=FLOAT;input_blocks.8.=FLOAT;input_blocks.9.=FLOAT;input_blocks.10.=FLOAT;input_blocks.11.=FLOAT;middle_block.0.=FLOAT;middle_block.1.=FLOAT;middle_block.2.=FLOAT;output_blocks.0.=FLOAT;output_blocks.1.=FLOAT;output_blocks.2.=FLOAT;output_blocks.3.=FLOAT;output_blocks.4.=FLOAT;output_blocks.5.=FLOAT;output_blocks.6.=FLOAT;output_blocks.7.=FLOAT;output_blocks.8.=FLOAT;output_blocks.9.=FLOAT;output_blocks.10.=FLOAT;output_blocks.11.=FLOAT;out.=FLOAT	MODEL=MODEL
        ModelMergeSD2		model1=MODEL;model2=MODEL;time_embed.=FLOAT;label_emb.=FLOAT;input_blocks.0.=FLOAT;input_blocks.1.=FLOAT;input_blocks.2.=FLOAT;input_blocks.3.=FLOAT;input_blocks.4.=FLOAT;input_blocks.5.=FLOAT;input_blocks.6.=FLOAT;input_blocks.7.=FLOAT;input_blocks.8.=FLOAT;input_blocks.9.=FLOAT;input_blocks.10.=FLOAT;input_blocks.11.=FLOAT;middle_block.0.=FLOAT;middle_block.1.=FLOAT;middle_block.2.=FLOAT;output_blocks.0.=FLOAT;output_blocks.1.=FLOAT;output_blocks.2.=FLOAT;output_blocks.3.=FLOAT;output_blocks.4.=FLOAT;output_blocks.5.=FLOAT;output_blocks.6.=FLOAT;output_blocks.7.=FLOAT;output_blocks.8.=FLOAT;output_blocks.9.=FLOAT;output_blocks.10.=FLOAT;output_blocks.11.=FLOAT;out.=FLOAT	MODEL=MODEL
        ModelMergeSD35_Large		model1=MODEL;model2=MODEL;pos_embed.=FLOAT;x_embedder.=FLOAT;context_embedder.=FLOAT;y_embedder.=FLOAT;t_embedder.=FLOAT;joint_blocks.0.=FLOAT;joint_blocks.1.=FLOAT;joint_blocks.2.=FLOAT;joint_blocks.3.=FLOAT;joint_blocks.4.=FLOAT;joint_blocks.5.=FLOAT;joint_blocks.6.=FLOAT;joint_blocks.7.=FLOAT;joint_blocks.8.=FLOAT;joint_blocks.9.=FLOAT;joint_blocks.10.=FLOAT;joint_blocks.11.=FLOAT;joint_blocks.12.=FLOAT;joint_blocks.13.=FLOAT;joint_blocks.14.=FLOAT;joint_blocks.15.=FLOAT;joint_blocks.16.=FLOAT;joint_blocks.17.=FLOAT;joint_blocks.18.=FLOAT;joint_blocks.19.=FLOAT;joint_blocks.20.=FLOAT;joint_blocks.21.=FLOAT;joint_blocks.22.=FLOAT;joint_blocks.23.=FLOAT;joint_blocks.24.=FLOAT;joint_blocks.25.=FLOAT;joint_blocks.26.=FLOAT;joint_blocks.27.=FLOAT;joint_blocks.28.=FLOAT;joint_blocks.29.=FLOAT;joint_blocks.30.=FLOAT;joint_blocks.31.=FLOAT;joint_blocks.32.=FLOAT;joint_blocks.33.=FLOAT;joint_blocks.34.=FLOAT;joint_blocks.35.=FLOAT;joint_blocks.36.=FLOAT;joint_blocks.37.=FLOAT;final_layer.=FLOAT	MODEL=MODEL
        ModelMergeSD3_2B		model1=MODEL;model2=MODEL;pos_embed.=FLOAT;x_embedder.=FLOAT;context_embedder.=FLOAT;y_embedder.=FLOAT;t_embedder.=FLOAT;joint_blocks.0.=FLOAT;joint_blocks.1.=FLOAT;joint_blocks.2.=FLOAT;joint_blocks.3.=FLOAT;joint_blocks.4.=FLOAT;joint_blocks.5.=FLOAT;joint_blocks.6.=FLOAT;joint_blocks.7.=FLOAT;joint_blocks.8.=FLOAT;joint_blocks.9.=FLOAT;joint_blocks.10.=FLOAT;joint_blocks.11.=FLOAT;joint_blocks.12.=FLOAT;joint_blocks.13.=FLOAT;joint_blocks.14.=FLOAT;joint_blocks.15.=FLOAT;joint_blocks.16.=FLOAT;joint_blocks.17.=FLOAT;joint_blocks.18.=FLOAT;joint_blocks.19.=FLOAT;joint_blocks.20.=FLOAT;joint_blocks.21.=FLOAT;joint_blocks.22.=FLOAT;joint_blocks.23.=FLOAT;final_layer.=FLOAT	MODEL=MODEL
        ModelMergeSDXL		model1=MODEL;model2=MODEL;time_embed.=FLOAT;label_emb.=FLOAT;input_blocks.0=FLOAT;input_blocks.1=FLOAT;input_blocks.2=FLOAT;input_blocks.3=FLOAT;input_blocks.4=FLOAT;input_blocks.5=FLOAT;input_blocks.6=FLOAT;input_blocks.7=FLOAT;input_blocks.8=FLOAT;middle_block.0=FLOAT;middle_block.1=FLOAT;middle_block.2=FLOAT;output_blocks.0=FLOAT;output_blocks.1=FLOAT;output_blocks.2=FLOAT;output_blocks.3=FLOAT;output_blocks.4=FLOAT;output_blocks.5=FLOAT;output_blocks.6=FLOAT;output_blocks.7=FLOAT;output_blocks.8=FLOAT;out.=FLOAT	MODEL=MODEL
        ModelMergeSimple		model1=MODEL;model2=MODEL;ratio=FLOAT	MODEL=MODEL
        ModelMergeSubtract		model1=MODEL;model2=MODEL;multiplier=FLOAT	MODEL=MODEL
        ModelMergeWAN2_1		model1=MODEL;model2=MODEL;patch_embedding.=FLOAT;time_embedding.=FLOAT;time_projection.=FLOAT;text_embedding.=FLOAT;img_emb.=FLOAT;blocks.0.=FLOAT;blocks.1.=FLOAT;blocks.2.=FLOAT;blocks.3.=FLOAT;blocks.4.=FLOAT;blocks.5.=FLOAT;blocks.6.=FLOAT;blocks.7.=FLOAT;blocks.8.=FLOAT;blocks.9.=FLOAT;blocks.10.=FLOAT;blocks.11.=FLOAT;blocks.12.=FLOAT;blocks.13.=FLOAT;blocks.14.=FLOAT;blocks.15.=FLOAT;blocks.16.=FLOAT;blocks.17.=FLOAT;blocks.18.=FLOAT;blocks.19.=FLOAT;blocks.20.=FLOAT;blocks.21.=FLOAT;blocks.22.=FLOAT;blocks.23.=FLOAT;blocks.24.=FLOAT;blocks.25.=FLOAT;blocks.26.=FLOAT;blocks.27.=FLOAT;blocks.28.=FLOAT;blocks.29.=FLOAT;blocks.30.=FLOAT;blocks.31.=FLOAT;blocks.32.=FLOAT;blocks.33.=FLOAT;blocks.34.=FLOAT;blocks.35.=FLOAT;blocks.36.=FLOAT;blocks.37.=FLOAT;blocks.38.=FLOAT;blocks.39.=FLOAT;head.=FLOAT	MODEL=MODEL
        ModelNoiseScale		model=MODEL;noise_scale=FLOAT	MODEL=MODEL
        ModelPatchLoader		name=@model_patches	MODEL_PATCH=MODEL_PATCH
        ModelSamplingAuraFlow		model=MODEL;shift=FLOAT	MODEL=MODEL
        ModelSamplingContinuousEDM		model=MODEL;sampling=COMBO;sigma_max=FLOAT;sigma_min=FLOAT	MODEL=MODEL
        ModelSamplingContinuousV		model=MODEL;sampling=COMBO;sigma_max=FLOAT;sigma_min=FLOAT	MODEL=MODEL
        ModelSamplingDiscrete		model=MODEL;sampling=COMBO;zsnr=BOOLEAN	MODEL=MODEL
        ModelSamplingFlux		model=MODEL;max_shift=FLOAT;base_shift=FLOAT;width=INT;height=INT	MODEL=MODEL
        ModelSamplingLTXV		model=MODEL;max_shift=FLOAT;base_shift=FLOAT;latent=LATENT	MODEL=MODEL
        ModelSamplingSD3		model=MODEL;shift=FLOAT	MODEL=MODEL
        ModelSamplingStableCascade		model=MODEL;shift=FLOAT	MODEL=MODEL
        ModelSave	o	model=MODEL;filename_prefix=STRING
        MoonvalleyImg2VideoNode	h	image=IMAGE;prompt=STRING!;negative_prompt=STRING!;resolution=COMBO;prompt_adherence=FLOAT;seed=INT#;steps=INT	VIDEO=VIDEO
        MoonvalleyTxt2VideoNode	h	prompt=STRING!;negative_prompt=STRING!;resolution=COMBO;prompt_adherence=FLOAT;seed=INT#;steps=INT	VIDEO=VIDEO
        MoonvalleyVideo2VideoNode	h	prompt=STRING!;negative_prompt=STRING!;seed=INT;video=VIDEO;steps=INT;control_type=COMBO;motion_intensity=INT	VIDEO=VIDEO
        Morphology		image=IMAGE;operation=COMBO;kernel_size=INT	IMAGE=IMAGE
        MultiGPU_WorkUnits		model=MODEL;max_gpus=INT	MODEL=MODEL
        NAGuidance		model=MODEL;nag_scale=FLOAT;nag_alpha=FLOAT;nag_tau=FLOAT	MODEL=MODEL
        NormalizeImages		images=IMAGE;mean=FLOAT;std=FLOAT	images=IMAGE
        NormalizeVideoLatentStart		latent=LATENT;start_frame_count=INT;reference_frame_count=INT	latent=LATENT
        OpenAIChatConfig		truncation=COMBO;max_output_tokens=INT;instructions=STRING!	OPENAI_CHAT_CONFIG=OPENAI_CHAT_CONFIG
        OpenAIChatNode	h	prompt=STRING!;persist_context=BOOLEAN;model=COMBO;images=IMAGE;files=OPENAI_INPUT_FILES;advanced_options=OPENAI_CHAT_CONFIG	STRING=STRING
        OpenAIDalle2	h	prompt=STRING!;seed=INT#;size=COMBO;n=INT;image=IMAGE;mask=MASK	IMAGE=IMAGE
        OpenAIDalle3	h	prompt=STRING!;seed=INT#;quality=COMBO;style=COMBO;size=COMBO	IMAGE=IMAGE
        OpenAIGPTImage1	h	prompt=STRING!;seed=INT#;quality=COMBO;background=COMBO;size=COMBO;n=INT;image=IMAGE;mask=MASK;model=COMBO;custom_width=INT;custom_height=INT	IMAGE=IMAGE
        OpenAIGPTImageNodeV2	h	prompt=STRING!;model=COMBO;model.size=COMBO?gpt-image-2|gpt-image-1.5|gpt-image-1;model.custom_width=INT?gpt-image-2;model.custom_height=INT?gpt-image-2;model.background=COMBO?gpt-image-2|gpt-image-1.5|gpt-image-1;model.quality=COMBO?gpt-image-2|gpt-image-1.5|gpt-image-1;model.images.*=IMAGE;model.mask=MASK?gpt-image-2|gpt-image-1.5|gpt-image-1;n=INT;seed=INT#	IMAGE=IMAGE
        OpenAIInputFiles		file=@input:text;OPENAI_INPUT_FILES=OPENAI_INPUT_FILES	OPENAI_INPUT_FILES=OPENAI_INPUT_FILES
        OpenAIVideoSora2	h	model=COMBO;prompt=STRING!;size=COMBO;duration=COMBO;image=IMAGE;seed=INT#	VIDEO=VIDEO
        OpenRouterLLMNode	h	prompt=STRING!;model=COMBO;model.reasoning_effort=COMBO?anthropic/claude-opus-5|anthropic/claude-opus-4.8|anthropic/claude-opus-4.7|anthropic/claude-fable-5|anthropic/claude-sonnet-5|anthropic/claude-haiku-4.5|openai/gpt-5.6-sol-pro|openai/gpt-5.6-sol|openai/gpt-5.6-terra-pro|openai/gpt-5.6-terra|openai/gpt-5.6-luna-pro|openai/gpt-5.6-luna|openai/gpt-5.5-pro|openai/gpt-5.5|google/gemini-3.5-flash|x-ai/grok-4.5|x-ai/grok-4.20|x-ai/grok-4.3|deepseek/deepseek-v4-pro|deepseek/deepseek-v4-flash|deepseek/deepseek-v3.2|qwen/qwen3.6-max-preview|qwen/qwen3.6-plus|qwen/qwen3.6-flash|mistralai/mistral-medium-3-5|z-ai/glm-4.6|z-ai/glm-5|moonshotai/kimi-k3|moonshotai/kimi-k2.6|moonshotai/kimi-k2-thinking|perplexity/sonar-reasoning-pro|perplexity/sonar-deep-research;model.images.*=IMAGE;model.videos.*=VIDEO;model.search_context_size=COMBO?perplexity/sonar-pro|perplexity/sonar-reasoning-pro|perplexity/sonar-deep-research;seed=INT#;system_prompt=STRING!	STRING=STRING
        OpticalFlowLoader		model_name=@optical_flow	OPTICAL_FLOW=OPTICAL_FLOW
        OptimalStepsScheduler		model_type=COMBO;steps=INT;denoise=FLOAT	SIGMAS=SIGMAS
        PaintMesh		mesh=MESH;voxel_colors=VOXEL	mesh=MESH
        Painter		mask=STRING^;width=INT;height=INT;bg_color=COLOR;image=IMAGE	IMAGE=IMAGE;MASK=MASK
        PairConditioningCombine		positive_A=CONDITIONING;negative_A=CONDITIONING;positive_B=CONDITIONING;negative_B=CONDITIONING	positive=CONDITIONING;negative=CONDITIONING
        PairConditioningSetDefaultCombine		positive=CONDITIONING;negative=CONDITIONING;positive_DEFAULT=CONDITIONING;negative_DEFAULT=CONDITIONING;hooks=HOOKS	positive=CONDITIONING;negative=CONDITIONING
        PairConditioningSetProperties		positive_NEW=CONDITIONING;negative_NEW=CONDITIONING;strength=FLOAT;set_cond_area=COMBO;mask=MASK;hooks=HOOKS;timesteps=TIMESTEPS_RANGE	positive=CONDITIONING;negative=CONDITIONING
        PairConditioningSetPropertiesAndCombine		positive=CONDITIONING;negative=CONDITIONING;positive_NEW=CONDITIONING;negative_NEW=CONDITIONING;strength=FLOAT;set_cond_area=COMBO;mask=MASK;hooks=HOOKS;timesteps=TIMESTEPS_RANGE	positive=CONDITIONING;negative=CONDITIONING
        PatchModelAddDownscale		model=MODEL;block_number=INT;downscale_factor=FLOAT;start_percent=FLOAT;end_percent=FLOAT;downscale_after_skip=BOOLEAN;downscale_method=COMBO;upscale_method=COMBO	MODEL=MODEL
        PerpNeg		model=MODEL;empty_conditioning=CONDITIONING;neg_scale=FLOAT	MODEL=MODEL
        PerpNegGuider		model=MODEL;positive=CONDITIONING;negative=CONDITIONING;empty_conditioning=CONDITIONING;cfg=FLOAT;neg_scale=FLOAT	GUIDER=GUIDER
        PerturbedAttentionGuidance		model=MODEL;scale=FLOAT	MODEL=MODEL
        PhotoMakerEncode		photomaker=PHOTOMAKER;image=IMAGE;clip=CLIP;text=STRING!	CONDITIONING=CONDITIONING
        PhotoMakerLoader		photomaker_model_name=@photomaker	PHOTOMAKER=PHOTOMAKER
        PiDConditioning		positive=CONDITIONING;latent=LATENT;latent_format=COMBO;degrade_sigma=FLOAT	CONDITIONING=CONDITIONING
        PikaImageToVideoNode2_2	h	image=IMAGE;prompt_text=STRING!;negative_prompt=STRING!;seed=INT#;resolution=COMBO;duration=COMBO	VIDEO=VIDEO
        PikaScenesV2_2	h	prompt_text=STRING!;negative_prompt=STRING!;seed=INT#;resolution=COMBO;duration=COMBO;ingredients_mode=COMBO;aspect_ratio=FLOAT;image_ingredient_1=IMAGE;image_ingredient_2=IMAGE;image_ingredient_3=IMAGE;image_ingredient_4=IMAGE;image_ingredient_5=IMAGE	VIDEO=VIDEO
        PikaStartEndFrameNode2_2	h	image_start=IMAGE;image_end=IMAGE;prompt_text=STRING!;negative_prompt=STRING!;seed=INT#;resolution=COMBO;duration=COMBO	VIDEO=VIDEO
        PikaTextToVideoNode2_2	h	prompt_text=STRING!;negative_prompt=STRING!;seed=INT#;resolution=COMBO;duration=COMBO;aspect_ratio=FLOAT	VIDEO=VIDEO
        Pikadditions	h	video=VIDEO;image=IMAGE;prompt_text=STRING!;negative_prompt=STRING!;seed=INT#	VIDEO=VIDEO
        Pikaffects	h	image=IMAGE;pikaffect=COMBO;prompt_text=STRING!;negative_prompt=STRING!;seed=INT#	VIDEO=VIDEO
        Pikaswaps	h	video=VIDEO;image=IMAGE;mask=MASK;prompt_text=STRING!;negative_prompt=STRING!;seed=INT#;region_to_modify=STRING!	VIDEO=VIDEO
        Pixal3DConditioning		clip_vision_model=CLIP_VISION;image=IMAGE;camera_angle_x=FLOAT	positive=CONDITIONING;negative=CONDITIONING
        PixverseImageToVideoNode	h	image=IMAGE;prompt=STRING!;quality=COMBO;duration_seconds=COMBO;motion_mode=COMBO;seed=INT#;negative_prompt=STRING!;pixverse_template=PIXVERSE_TEMPLATE	VIDEO=VIDEO
        PixverseTemplateNode		template=COMBO	pixverse_template=PIXVERSE_TEMPLATE
        PixverseTextToVideoNode	h	prompt=STRING!;aspect_ratio=COMBO;quality=COMBO;duration_seconds=COMBO;motion_mode=COMBO;seed=INT#;negative_prompt=STRING!;pixverse_template=PIXVERSE_TEMPLATE	VIDEO=VIDEO
        PixverseTransitionVideoNode	h	first_frame=IMAGE;last_frame=IMAGE;prompt=STRING!;quality=COMBO;duration_seconds=COMBO;motion_mode=COMBO;seed=INT#;negative_prompt=STRING!	VIDEO=VIDEO
        PolyexponentialScheduler		steps=INT;sigma_max=FLOAT;sigma_min=FLOAT;rho=FLOAT	SIGMAS=SIGMAS
        PorterDuffImageComposite		source=IMAGE;source_alpha=MASK;destination=IMAGE;destination_alpha=MASK;mode=COMBO	IMAGE=IMAGE;MASK=MASK
        Preview3D	o	model_file=STRING,FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_FBX,FILE_3D_OBJ,FILE_3D_STL,FILE_3D_USDZ,FILE_3D;camera_info=LOAD3D_CAMERA;bg_image=IMAGE
        Preview3DAdvanced	o	model_3d=FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_FBX,FILE_3D_OBJ,FILE_3D_STL,FILE_3D_USDZ,FILE_3D;viewport_state=LOAD_3D;width=INT;height=INT;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA	model_3d=FILE_3D;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA;width=INT;height=INT
        Preview3DAnimation	o	model_file=STRING;camera_info=LOAD3D_CAMERA
        PreviewAny	o	source=*	STRING=STRING
        PreviewAudio	o	audio=AUDIO	audio=AUDIO
        PreviewGaussianSplat	o	model_3d=FILE_3D_SPLAT_ANY,FILE_3D_PLY,FILE_3D_SPLAT,FILE_3D_SPZ,FILE_3D_KSPLAT;viewport_state=LOAD_3D;width=INT;height=INT;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA	model_3d=FILE_3D_SPLAT_ANY;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA;width=INT;height=INT
        PreviewImage	o	images=IMAGE	images=IMAGE
        PreviewPointCloud	o	model_3d=FILE_3D_POINT_CLOUD_ANY,FILE_3D_PLY;viewport_state=LOAD_3D;width=INT;height=INT;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA	model_3d=FILE_3D_POINT_CLOUD_ANY;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA;width=INT;height=INT
        PrimitiveBoolean		value=BOOLEAN	BOOLEAN=BOOLEAN
        PrimitiveBoundingBox		x=INT;y=INT;width=INT;height=INT	BOUNDING_BOX=BOUNDING_BOX
        PrimitiveFloat		value=FLOAT	FLOAT=FLOAT
        PrimitiveInt		value=INT#	INT=INT
        PrimitiveString		value=STRING	STRING=STRING
        PrimitiveStringMultiline		value=STRING!	STRING=STRING
        QuadrupleCLIPLoader		clip_name1=@text_encoders;clip_name2=@text_encoders;clip_name3=@text_encoders;clip_name4=@text_encoders	CLIP=CLIP
        QuiverImageToSVGNode	h	image=IMAGE;auto_crop=BOOLEAN;model=COMBO;model.target_size=INT?arrow-1.1|arrow-1.1-max|arrow-preview;model.temperature=FLOAT?arrow-1.1|arrow-1.1-max|arrow-preview;model.top_p=FLOAT?arrow-1.1|arrow-1.1-max|arrow-preview;model.presence_penalty=FLOAT?arrow-1.1|arrow-1.1-max|arrow-preview;seed=INT#	SVG=SVG
        QuiverTextToSVGNode	h	prompt=STRING!;model=COMBO;model.temperature=FLOAT?arrow-1.1|arrow-1.1-max|arrow-preview;model.top_p=FLOAT?arrow-1.1|arrow-1.1-max|arrow-preview;model.presence_penalty=FLOAT?arrow-1.1|arrow-1.1-max|arrow-preview;seed=INT#;instructions=STRING!;reference_images.*=IMAGE	SVG=SVG
        QwenImageDiffsynthControlnet		model=MODEL;model_patch=MODEL_PATCH;vae=VAE;image=IMAGE;strength=FLOAT;mask=MASK	MODEL=MODEL
        QwenImageEditApi	h	model=COMBO;model.images.*=IMAGE;model.prompt=STRING!?qwen-image-3.0-pro|qwen-image-3.0;model.negative_prompt=STRING!?qwen-image-3.0-pro|qwen-image-3.0;size=COMBO;size.width=INT?custom;size.height=INT?custom;n=INT;seed=INT#;prompt_extend=BOOLEAN;watermark=BOOLEAN	IMAGE=IMAGE
        QwenImageTextToImageApi	h	model=COMBO;model.prompt=STRING!?qwen-image-3.0-pro|qwen-image-3.0;model.negative_prompt=STRING!?qwen-image-3.0-pro|qwen-image-3.0;model.width=INT?qwen-image-3.0-pro|qwen-image-3.0;model.height=INT?qwen-image-3.0-pro|qwen-image-3.0;n=INT;seed=INT#;prompt_extend=BOOLEAN;watermark=BOOLEAN	IMAGE=IMAGE
        RTDETR_detect		model=MODEL;image=IMAGE;threshold=FLOAT;class_name=COMBO;max_detections=INT	bboxes=BOUNDING_BOX
        RandomCropImages		images=IMAGE;width=INT;height=INT;seed=INT	images=IMAGE
        RandomNoise		noise_seed=INT#	NOISE=NOISE
        RebatchImages		images=IMAGE;batch_size=INT	IMAGE=IMAGE
        RebatchLatents		latents=LATENT;batch_size=INT	LATENT=LATENT
        RecordAudio		audio=AUDIO_RECORD	AUDIO=AUDIO
        RecraftColorRGB		r=INT;g=INT;b=INT;recraft_color=RECRAFT_COLOR	recraft_color=RECRAFT_COLOR
        RecraftControls		colors=RECRAFT_COLOR;background_color=RECRAFT_COLOR	recraft_controls=RECRAFT_CONTROLS
        RecraftCreateStyleNode	h	style=COMBO;images.*=IMAGE	style_id=STRING
        RecraftCreativeUpscaleNode	h	image=IMAGE	IMAGE=IMAGE
        RecraftCrispUpscaleNode	h	image=IMAGE	IMAGE=IMAGE
        RecraftImageInpaintingNode	h	image=IMAGE;mask=MASK;prompt=STRING!;n=INT;seed=INT#;recraft_style=RECRAFT_V3_STYLE;negative_prompt=STRING<	IMAGE=IMAGE
        RecraftImageToImageNode	h	image=IMAGE;prompt=STRING!;n=INT;strength=FLOAT;seed=INT#;recraft_style=RECRAFT_V3_STYLE;negative_prompt=STRING<;recraft_controls=RECRAFT_CONTROLS	IMAGE=IMAGE
        RecraftRemoveBackgroundNode	h	image=IMAGE	IMAGE=IMAGE;MASK=MASK
        RecraftReplaceBackgroundNode	h	image=IMAGE;prompt=STRING!;n=INT;seed=INT#;recraft_style=RECRAFT_V3_STYLE;negative_prompt=STRING<	IMAGE=IMAGE
        RecraftStyleV3DigitalIllustration		substyle=COMBO	recraft_style=RECRAFT_V3_STYLE
        RecraftStyleV3InfiniteStyleLibrary		style_id=STRING	recraft_style=RECRAFT_V3_STYLE
        RecraftStyleV3LogoRaster		substyle=COMBO	recraft_style=RECRAFT_V3_STYLE
        RecraftStyleV3RealisticImage		substyle=COMBO	recraft_style=RECRAFT_V3_STYLE
        RecraftTextToImageNode	h	prompt=STRING!;size=COMBO;n=INT;seed=INT#;recraft_style=RECRAFT_V3_STYLE;negative_prompt=STRING<;recraft_controls=RECRAFT_CONTROLS	IMAGE=IMAGE
        RecraftTextToVectorNode	h	prompt=STRING!;substyle=COMBO;size=COMBO;n=INT;seed=INT#;negative_prompt=STRING<;recraft_controls=RECRAFT_CONTROLS	SVG=SVG
        RecraftV4TextToImageNode	h	prompt=STRING!;negative_prompt=STRING!;model=COMBO;model.size=COMBO?recraftv4_1|recraftv4_1_utility|recraftv4_1_pro|recraftv4_1_utility_pro|recraftv4|recraftv4_pro;n=INT;seed=INT#;recraft_controls=RECRAFT_CONTROLS	IMAGE=IMAGE
        RecraftV4TextToVectorNode	h	prompt=STRING!;negative_prompt=STRING!;model=COMBO;model.size=COMBO?recraftv4_1_vector|recraftv4_1_utility_vector|recraftv4_1_pro_vector|recraftv4_1_utility_pro_vector|recraftv4|recraftv4_pro;n=INT;seed=INT#;recraft_controls=RECRAFT_CONTROLS	SVG=SVG
        RecraftVectorizeImageNode	h	image=IMAGE	SVG=SVG
        ReferenceLatent		conditioning=CONDITIONING;latent=LATENT	CONDITIONING=CONDITIONING
        ReferenceTimbreAudio		conditioning=CONDITIONING;latent=LATENT	CONDITIONING=CONDITIONING
        RegexExtract		string=STRING!;regex_pattern=STRING!;mode=COMBO;case_insensitive=BOOLEAN;multiline=BOOLEAN;dotall=BOOLEAN;group_index=INT	STRING=STRING
        RegexMatch		string=STRING!;regex_pattern=STRING!;case_insensitive=BOOLEAN;multiline=BOOLEAN;dotall=BOOLEAN	matches=BOOLEAN
        RegexReplace		string=STRING!;regex_pattern=STRING!;replace=STRING!;case_insensitive=BOOLEAN;multiline=BOOLEAN;dotall=BOOLEAN;count=INT	STRING=STRING
        RemeshMesh		mesh=MESH;resolution=INT;sign_mode=COMBO;sign_mode.qef=BOOLEAN?udf|sdf;sign_mode.drop_inverted_components=BOOLEAN?udf;sign_mode.drop_enclosed_components=BOOLEAN?udf;sign_mode.manifold=BOOLEAN?sdf;band=FLOAT;project_back=FLOAT;fix_poles=BOOLEAN;smooth_iters=INT;drop_small_components=FLOAT;precluster_max_verts=INT	mesh=MESH
        RemoveBackground		bg_removal_model=BACKGROUND_REMOVAL;image=IMAGE	mask=MASK
        RenderMesh		mesh=MESH;mode=COMBO;width=INT;height=INT;background=COLOR;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA	image=IMAGE;mask=MASK
        RenderSplat		splat=SPLAT;width=INT;height=INT;frames=INT;splat_scale=FLOAT;sharpen=FLOAT;headlight_shading=FLOAT;opacity_threshold=FLOAT;render_style=COMBO;background=COLOR;bg_image=IMAGE;camera_info=LOAD3D_CAMERA	image=IMAGE;mask=MASK
        RenderUVAtlas		mesh=MESH;resolution=INT	image=IMAGE
        RenormCFG		model=MODEL;cfg_trunc=FLOAT;renorm_cfg=FLOAT	MODEL=MODEL
        RepeatImageBatch		image=IMAGE;amount=INT	IMAGE=IMAGE
        RepeatLatentBatch		samples=LATENT;amount=INT	LATENT=LATENT
        ReplaceText		texts=STRING;find=STRING;replace=STRING	texts=STRING
        ReplaceVideoLatentFrames		destination=LATENT;index=INT;source=LATENT	LATENT=LATENT
        RescaleCFG		model=MODEL;multiplier=FLOAT	MODEL=MODEL
        ResizeAndPadImage		image=IMAGE;target_width=INT;target_height=INT;padding_color=COMBO;interpolation=COMBO	IMAGE=IMAGE
        ResizeImageMaskNode		input=*;resize_type=COMBO;resize_type.width=INT?scale dimensions|scale width;resize_type.height=INT?scale dimensions|scale height;resize_type.crop=COMBO?scale dimensions|match size;resize_type.multiplier=FLOAT?scale by multiplier;resize_type.longer_size=INT?scale longer dimension;resize_type.shorter_size=INT?scale shorter dimension;resize_type.megapixels=FLOAT?scale total pixels;resize_type.match=IMAGE,MASK?match size;resize_type.multiple=INT?scale to multiple;scale_method=COMBO	resized=*
        ResizeImagesByLongerEdge		images=IMAGE;longer_edge=INT	images=IMAGE
        ResizeImagesByShorterEdge		images=IMAGE;shorter_edge=INT	images=IMAGE
        ResolutionBucket		latents=LATENT;conditioning=CONDITIONING	latents=LATENT;conditioning=CONDITIONING
        ResolutionSelector		aspect_ratio=COMBO;megapixels=FLOAT;multiple=INT	width=INT;height=INT
        ReveImageCreateNode	h	prompt=STRING!;model=COMBO;model.aspect_ratio=COMBO?reve-create@20250915;model.test_time_scaling=INT?reve-create@20250915;upscale=COMBO;upscale.upscale_factor=INT?enabled;remove_background=BOOLEAN;seed=INT#	IMAGE=IMAGE
        ReveImageEditNode	h	image=IMAGE;edit_instruction=STRING!;model=COMBO;model.aspect_ratio=COMBO?reve-edit@20250915|reve-edit-fast@20251030;model.test_time_scaling=INT?reve-edit@20250915|reve-edit-fast@20251030;upscale=COMBO;upscale.upscale_factor=INT?enabled;remove_background=BOOLEAN;seed=INT#	IMAGE=IMAGE
        ReveImageRemixNode	h	reference_images.*=IMAGE;prompt=STRING!;model=COMBO;model.aspect_ratio=COMBO?reve-remix@20250915|reve-remix-fast@20251030;model.test_time_scaling=INT?reve-remix@20250915|reve-remix-fast@20251030;upscale=COMBO;upscale.upscale_factor=INT?enabled;remove_background=BOOLEAN;seed=INT#	IMAGE=IMAGE
        Rodin3D_Detail	h	Images=IMAGE;Seed=INT;Material_Type=COMBO;Polygon_count=COMBO	3D Model Path=STRING;GLB=FILE_3D_GLB
        Rodin3D_Gen2	h	Images=IMAGE;TAPose=BOOLEAN;Seed=INT;Material_Type=COMBO;Polygon_count=COMBO	3D Model Path=STRING;GLB=FILE_3D_GLB
        Rodin3D_Gen25_Image	h	images.*=IMAGE;mode=COMBO;mode.tier=COMBO?Regular|Fast;mode.polygon_count=COMBO?Regular;mode.creative=BOOLEAN?Regular|Extreme-High;mode.mesh_faces=INT?Fast|Extreme-High;mode.mesh_mode=COMBO?Extreme-High;mode.is_micro=BOOLEAN?Extreme-High;material=COMBO;geometry_file_format=COMBO;texture_mode=COMBO;seed=INT#;TAPose=BOOLEAN;hd_texture=BOOLEAN;texture_delight=BOOLEAN;use_original_alpha=BOOLEAN;addon_highpack=BOOLEAN;bbox_width=INT;bbox_height=INT;bbox_length=INT;height_cm=INT	model_file=FILE_3D
        Rodin3D_Gen25_Text	h	prompt=STRING!;mode=COMBO;mode.tier=COMBO?Regular|Fast;mode.polygon_count=COMBO?Regular;mode.creative=BOOLEAN?Regular|Extreme-High;mode.mesh_faces=INT?Fast|Extreme-High;mode.mesh_mode=COMBO?Extreme-High;mode.is_micro=BOOLEAN?Extreme-High;material=COMBO;geometry_file_format=COMBO;texture_mode=COMBO;seed=INT#;TAPose=BOOLEAN;hd_texture=BOOLEAN;texture_delight=BOOLEAN;addon_highpack=BOOLEAN;bbox_width=INT;bbox_height=INT;bbox_length=INT;height_cm=INT	model_file=FILE_3D
        Rodin3D_Regular	h	Images=IMAGE;Seed=INT;Material_Type=COMBO;Polygon_count=COMBO	3D Model Path=STRING;GLB=FILE_3D_GLB
        Rodin3D_Sketch	h	Images=IMAGE;Seed=INT	3D Model Path=STRING;GLB=FILE_3D_GLB
        Rodin3D_Smooth	h	Images=IMAGE;Seed=INT;Material_Type=COMBO;Polygon_count=COMBO	3D Model Path=STRING;GLB=FILE_3D_GLB
        RotateMesh		mesh=MESH;mode=COMBO;mode.angle_x=FLOAT?euler_xyz;mode.angle_y=FLOAT?euler_xyz;mode.angle_z=FLOAT?euler_xyz;mode.qw=FLOAT?quaternion;mode.qx=FLOAT?quaternion;mode.qy=FLOAT?quaternion;mode.qz=FLOAT?quaternion	mesh=MESH
        RunwayAleph2KeyframeNode		image=IMAGE;timing=COMBO;timing.seconds=FLOAT?Absolute time (seconds);timing.fraction=FLOAT?Fraction of duration (0.0-1.0);keyframes=RUNWAY_ALEPH2_KEYFRAME	keyframes=RUNWAY_ALEPH2_KEYFRAME
        RunwayAleph2PromptImageNode		image=IMAGE;position=COMBO;position.seconds=FLOAT?Absolute time (seconds);position.fraction=FLOAT?Fraction of duration (0.0-1.0);prompt_images=RUNWAY_ALEPH2_PROMPT_IMAGE	prompt_images=RUNWAY_ALEPH2_PROMPT_IMAGE
        RunwayAleph2VideoToVideoNode	h	prompt=STRING!;video=VIDEO;seed=INT#;public_figure_threshold=COMBO;keyframes=RUNWAY_ALEPH2_KEYFRAME;prompt_images=RUNWAY_ALEPH2_PROMPT_IMAGE	VIDEO=VIDEO
        RunwayFirstLastFrameNode	h	prompt=STRING!;start_frame=IMAGE;end_frame=IMAGE;duration=COMBO;ratio=COMBO;seed=INT#	VIDEO=VIDEO
        RunwayImageToVideoNodeGen3a	h	prompt=STRING!;start_frame=IMAGE;duration=COMBO;ratio=COMBO;seed=INT#	VIDEO=VIDEO
        RunwayImageToVideoNodeGen4	h	prompt=STRING!;start_frame=IMAGE;duration=COMBO;ratio=COMBO;seed=INT#	VIDEO=VIDEO
        RunwayTextToImageNode	h	prompt=STRING!;ratio=COMBO;reference_image=IMAGE	IMAGE=IMAGE
        SAM3_Detect		model=MODEL;image=IMAGE;threshold=FLOAT;refine_iterations=INT;individual_masks=BOOLEAN;conditioning=CONDITIONING;bboxes=BOUNDING_BOX<;positive_coords=STRING<;negative_coords=STRING<	masks=MASK;bboxes=BOUNDING_BOX
        SAM3_TrackPreview	o	track_data=SAM3_TRACK_DATA;opacity=FLOAT;fps=FLOAT;images=IMAGE
        SAM3_TrackToMask		track_data=SAM3_TRACK_DATA;object_indices=STRING	masks=MASK
        SAM3_VideoTrack		images=IMAGE;model=MODEL;detection_threshold=FLOAT;max_objects=INT;detect_interval=INT;initial_mask=MASK;conditioning=CONDITIONING	track_data=SAM3_TRACK_DATA
        SCAIL2ColoredMask		driving_track_data=SAM3_TRACK_DATA;object_indices=STRING;sort_by=COMBO;replacement_mode=BOOLEAN;ref_track_data=SAM3_TRACK_DATA,MASK	pose_video_mask=IMAGE;reference_image_mask=IMAGE
        SDPoseDrawKeypoints		keypoints=POSE_KEYPOINT;draw_body=BOOLEAN;draw_hands=BOOLEAN;draw_face=BOOLEAN;draw_feet=BOOLEAN;stick_width=INT;face_point_size=INT;score_threshold=FLOAT;draw_head=BOOLEAN	IMAGE=IMAGE
        SDPoseFaceBBoxes		keypoints=POSE_KEYPOINT;scale=FLOAT;force_square=BOOLEAN	bboxes=BOUNDING_BOX
        SDPoseKeypointExtractor		model=MODEL;vae=VAE;image=IMAGE;batch_size=INT;bboxes=BOUNDING_BOX<	keypoints=POSE_KEYPOINT
        SDTurboScheduler		model=MODEL;steps=INT;denoise=FLOAT	SIGMAS=SIGMAS
        SD_4XUpscale_Conditioning		images=IMAGE;positive=CONDITIONING;negative=CONDITIONING;scale_ratio=FLOAT;noise_augmentation=FLOAT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        SUPIRApply		model=MODEL;model_patch=MODEL_PATCH;vae=VAE;image=IMAGE;strength_start=FLOAT;strength_end=FLOAT;restore_cfg=FLOAT;restore_cfg_s_tmin=FLOAT	MODEL=MODEL
        SV3D_Conditioning		clip_vision=CLIP_VISION;init_image=IMAGE;vae=VAE;width=INT;height=INT;video_frames=INT;elevation=FLOAT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        SVD_img2vid_Conditioning		clip_vision=CLIP_VISION;init_image=IMAGE;vae=VAE;width=INT;height=INT;video_frames=INT;motion_bucket_id=INT;fps=INT;augmentation_level=FLOAT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        SamplerARVideo		num_frame_per_block=INT	SAMPLER=SAMPLER
        SamplerCustom		model=MODEL;add_noise=BOOLEAN;noise_seed=INT#;cfg=FLOAT;positive=CONDITIONING;negative=CONDITIONING;sampler=SAMPLER;sigmas=SIGMAS;latent_image=LATENT	output=LATENT;denoised_output=LATENT
        SamplerCustomAdvanced		noise=NOISE;guider=GUIDER;sampler=SAMPLER;sigmas=SIGMAS;latent_image=LATENT	output=LATENT;denoised_output=LATENT
        SamplerDPMAdaptative		order=INT;rtol=FLOAT;atol=FLOAT;h_init=FLOAT;pcoeff=FLOAT;icoeff=FLOAT;dcoeff=FLOAT;accept_safety=FLOAT;eta=FLOAT;s_noise=FLOAT	SAMPLER=SAMPLER
        SamplerDPMPP_2M_SDE		solver_type=COMBO;eta=FLOAT;s_noise=FLOAT;noise_device=COMBO	SAMPLER=SAMPLER
        SamplerDPMPP_2S_Ancestral		eta=FLOAT;s_noise=FLOAT	SAMPLER=SAMPLER
        SamplerDPMPP_3M_SDE		eta=FLOAT;s_noise=FLOAT;noise_device=COMBO	SAMPLER=SAMPLER
        SamplerDPMPP_SDE		eta=FLOAT;s_noise=FLOAT;r=FLOAT;noise_device=COMBO	SAMPLER=SAMPLER
        SamplerER_SDE		solver_type=COMBO;max_stage=INT;eta=FLOAT;s_noise=FLOAT	SAMPLER=SAMPLER
        SamplerEulerAncestral		eta=FLOAT;s_noise=FLOAT	SAMPLER=SAMPLER
        SamplerEulerAncestralCFGPP		eta=FLOAT;s_noise=FLOAT	SAMPLER=SAMPLER
        SamplerEulerCFGpp		version=COMBO	SAMPLER=SAMPLER
        SamplerLCM		s_noise=FLOAT;s_noise_end=FLOAT;noise_clip_std=FLOAT	SAMPLER=SAMPLER
        SamplerLCMUpscale		scale_ratio=FLOAT;scale_steps=INT;upscale_method=COMBO	SAMPLER=SAMPLER
        SamplerLMS		order=INT	SAMPLER=SAMPLER
        SamplerSASolver		model=MODEL;eta=FLOAT;sde_start_percent=FLOAT;sde_end_percent=FLOAT;s_noise=FLOAT;predictor_order=INT;corrector_order=INT;use_pece=BOOLEAN;simple_order_2=BOOLEAN	SAMPLER=SAMPLER
        SamplerSEEDS2		solver_type=COMBO;eta=FLOAT;s_noise=FLOAT;r=FLOAT	SAMPLER=SAMPLER
        SamplingPercentToSigma		model=MODEL;sampling_percent=FLOAT;return_actual_sigma=BOOLEAN	sigma_value=FLOAT
        Save3DAdvanced	o	model_3d=FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_FBX,FILE_3D_OBJ,FILE_3D_STL,FILE_3D_USDZ,FILE_3D;filename_prefix=STRING;viewport_state=LOAD_3D;width=INT;height=INT;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA	model_3d=FILE_3D;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA;width=INT;height=INT
        SaveAnimatedPNG	o	images=IMAGE;filename_prefix=STRING;fps=FLOAT;compress_level=INT	images=IMAGE
        SaveAnimatedWEBP	o	images=IMAGE;filename_prefix=STRING;fps=FLOAT;lossless=BOOLEAN;quality=INT;method=COMBO	images=IMAGE
        SaveAudio	o	audio=AUDIO;filename_prefix=STRING	audio=AUDIO
        SaveAudioAdvanced	o	audio=AUDIO;filename_prefix=STRING;format=COMBO;format.quality=COMBO?mp3|opus	audio=AUDIO
        SaveAudioMP3	o	audio=AUDIO;filename_prefix=STRING;quality=COMBO	audio=AUDIO
        SaveAudioOpus	o	audio=AUDIO;filename_prefix=STRING;quality=COMBO	audio=AUDIO
        SaveGLB	o	mesh=MESH,FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_OBJ,FILE_3D_FBX,FILE_3D_STL,FILE_3D_USDZ,FILE_3D_PLY,FILE_3D_SPLAT,FILE_3D_SPZ,FILE_3D_KSPLAT,FILE_3D_SPLAT_ANY,FILE_3D_POINT_CLOUD_ANY,FILE_3D;filename_prefix=STRING
        SaveGaussianSplat	o	model_3d=FILE_3D_SPLAT_ANY,FILE_3D_PLY,FILE_3D_SPLAT,FILE_3D_SPZ,FILE_3D_KSPLAT;filename_prefix=STRING;viewport_state=LOAD_3D;width=INT;height=INT;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA	model_3d=FILE_3D_SPLAT_ANY;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA;width=INT;height=INT
        SaveImage	o	images=IMAGE;filename_prefix=STRING	images=IMAGE
        SaveImageAdvanced	o	images=IMAGE;filename_prefix=STRING;format=COMBO;format.bit_depth=COMBO?png|exr;format.input_color_space=COMBO?png|exr	images=IMAGE
        SaveImageDataSetToFolder	o	images=IMAGE;folder_name=STRING;filename_prefix=STRING;mode=COMBO
        SaveImageTextDataSetToFolder	o	images=IMAGE;folder_name=STRING;filename_prefix=STRING;mode=COMBO;texts=STRING<
        SaveLatent	o	samples=LATENT;filename_prefix=STRING	samples=LATENT
        SaveLoRA	o	lora=LORA_MODEL;prefix=STRING;steps=INT
        SaveLoRANode	o	lora=LORA_MODEL;prefix=STRING;steps=INT<
        SavePointCloud	o	model_3d=FILE_3D_POINT_CLOUD_ANY,FILE_3D_PLY;filename_prefix=STRING;viewport_state=LOAD_3D;width=INT;height=INT;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA	model_3d=FILE_3D_POINT_CLOUD_ANY;model_3d_info=LOAD3D_MODEL_INFO;camera_info=LOAD3D_CAMERA;width=INT;height=INT
        SaveSVGNode	o	svg=SVG;filename_prefix=STRING	svg=SVG
        SaveText	o	text=STRING<;filename_prefix=STRING;format=COMBO	text=STRING
        SaveTrainingDataset	o	latents=LATENT;conditioning=CONDITIONING;folder_name=STRING;shard_size=INT
        SaveVideo	o	video=VIDEO;filename_prefix=STRING;format=COMBO;format.codec=COMBO?auto|mp4|mkv|webm;format.codec.encoding=COMBO?h264|av1|mp4|mkv|webm;format.codec.encoding.crf=FLOAT?re-encode|av1|mp4|mkv|webm;format.codec.encoding.color_space=COMBO?re-encode|av1|mp4|mkv|webm;codec=COMBO;codec.encoding=COMBO?h264|av1;codec.encoding.crf=FLOAT?re-encode|av1;codec.encoding.color_space=COMBO?re-encode|av1	video=VIDEO
        SaveWEBM	o	images=IMAGE;filename_prefix=STRING;codec=COMBO;fps=FLOAT;crf=FLOAT	images=IMAGE
        ScaleROPE		model=MODEL;scale_x=FLOAT;shift_x=FLOAT;scale_y=FLOAT;shift_y=FLOAT;scale_t=FLOAT;shift_t=FLOAT	MODEL=MODEL
        SeedNode		seed=INT#	seed=INT
        SeedVR2Conditioning		model=MODEL;vae_conditioning=LATENT	positive=CONDITIONING;negative=CONDITIONING
        SeedVR2PostProcessing		images=IMAGE;original_resized_images=IMAGE;color_correction_method=COMBO	images=IMAGE
        SeedVR2Preprocess		resized_images=IMAGE	images=IMAGE
        SeedVR2TemporalChunk		latent=LATENT;temporal_overlap=INT;chunking_mode=COMBO;chunking_mode.frames_per_chunk=INT?manual	latents=LATENT;temporal_overlap=INT
        SeedVR2TemporalMerge		latents=LATENT;temporal_overlap=INT<	latent=LATENT
        SelectCLIPDevice		clip=CLIP;device=COMBO	CLIP=CLIP
        SelectModelDevice		model=MODEL;device=COMBO	MODEL=MODEL
        SelectVAEDevice		vae=VAE;device=COMBO	VAE=VAE
        SelfAttentionGuidance		model=MODEL;scale=FLOAT;blur_sigma=FLOAT	MODEL=MODEL
        SetClipHooks		clip=CLIP;apply_to_conds=BOOLEAN;schedule_clip=BOOLEAN;hooks=HOOKS	CLIP=CLIP
        SetFirstSigma		sigmas=SIGMAS;sigma=FLOAT	SIGMAS=SIGMAS
        SetHookKeyframes		hooks=HOOKS;hook_kf=HOOK_KEYFRAMES	HOOKS=HOOKS
        SetLatentNoiseMask		samples=LATENT;mask=MASK	LATENT=LATENT
        SetUnionControlNetType		control_net=CONTROL_NET;type=COMBO	CONTROL_NET=CONTROL_NET
        ShuffleDataset		images=IMAGE;seed=INT	images=IMAGE
        ShuffleImageTextDataset		images=IMAGE;texts=STRING<;seed=INT	images=IMAGE;texts=STRING
        ShuffleVideoDataset		videos=VIDEO;seed=INT	videos=VIDEO
        ShuffleVideoTextDataset		videos=VIDEO;texts=STRING;seed=INT	videos=VIDEO;texts=STRING
        SkipLayerGuidanceDiT		model=MODEL;double_layers=STRING;single_layers=STRING;scale=FLOAT;start_percent=FLOAT;end_percent=FLOAT;rescaling_scale=FLOAT	MODEL=MODEL
        SkipLayerGuidanceDiTSimple		model=MODEL;double_layers=STRING;single_layers=STRING;start_percent=FLOAT;end_percent=FLOAT	MODEL=MODEL
        SkipLayerGuidanceSD3		model=MODEL;layers=STRING;scale=FLOAT;start_percent=FLOAT;end_percent=FLOAT	MODEL=MODEL
        SolidMask		value=FLOAT;width=INT;height=INT	MASK=MASK
        SoniloTextToMusic	h	prompt=STRING!;duration=INT;seed=INT#	AUDIO=AUDIO
        SoniloVideoToMusic	h	video=VIDEO;prompt=STRING!;seed=INT#	AUDIO=AUDIO
        SplatToFile3D		splat=SPLAT;format=COMBO	model_3d=FILE_3D_SPLAT_ANY
        SplatToMesh		splat=SPLAT;resolution=INT;kernel=INT;smooth=INT;level=FLOAT;min_component=INT;min_opacity=FLOAT;color_sharpen=FLOAT	mesh=MESH
        SplitAudioChannels		audio=AUDIO	left=AUDIO;right=AUDIO
        SplitImageToTileList		image=IMAGE;tile_width=INT;tile_height=INT;overlap=INT	IMAGE=IMAGE
        SplitImageWithAlpha		image=IMAGE	IMAGE=IMAGE;MASK=MASK
        SplitSigmas		sigmas=SIGMAS;step=INT	high_sigmas=SIGMAS;low_sigmas=SIGMAS
        SplitSigmasDenoise		sigmas=SIGMAS;denoise=FLOAT	high_sigmas=SIGMAS;low_sigmas=SIGMAS
        StabilityAudioInpaint	h	model=COMBO;prompt=STRING!;audio=AUDIO;duration=INT;seed=INT#;steps=INT;mask_start=INT;mask_end=INT	AUDIO=AUDIO
        StabilityAudioToAudio	h	model=COMBO;prompt=STRING!;audio=AUDIO;duration=INT;seed=INT#;steps=INT;strength=FLOAT	AUDIO=AUDIO
        StabilityStableImageSD_3_5Node	h	prompt=STRING!;model=COMBO;aspect_ratio=COMBO;style_preset=COMBO;cfg_scale=FLOAT;seed=INT#;image=IMAGE;negative_prompt=STRING<;image_denoise=FLOAT	IMAGE=IMAGE
        StabilityStableImageUltraNode	h	prompt=STRING!;aspect_ratio=COMBO;style_preset=COMBO;seed=INT#;image=IMAGE;negative_prompt=STRING<;image_denoise=FLOAT	IMAGE=IMAGE
        StabilityTextToAudio	h	model=COMBO;prompt=STRING!;duration=INT;seed=INT#;steps=INT	AUDIO=AUDIO
        StabilityUpscaleConservativeNode	h	image=IMAGE;prompt=STRING!;creativity=FLOAT;seed=INT#;negative_prompt=STRING<	IMAGE=IMAGE
        StabilityUpscaleCreativeNode	h	image=IMAGE;prompt=STRING!;creativity=FLOAT;style_preset=COMBO;seed=INT#;negative_prompt=STRING<	IMAGE=IMAGE
        StabilityUpscaleFastNode	h	image=IMAGE	IMAGE=IMAGE
        StableCascade_EmptyLatentImage		width=INT;height=INT;compression=INT;batch_size=INT	stage_c=LATENT;stage_b=LATENT
        StableCascade_StageB_Conditioning		conditioning=CONDITIONING;stage_c=LATENT	CONDITIONING=CONDITIONING
        StableCascade_StageC_VAEEncode		image=IMAGE;vae=VAE;compression=INT	stage_c=LATENT;stage_b=LATENT
        StableCascade_SuperResolutionControlnet		image=IMAGE;vae=VAE	controlnet_input=IMAGE;stage_c=LATENT;stage_b=LATENT
        StableZero123_Conditioning		clip_vision=CLIP_VISION;init_image=IMAGE;vae=VAE;width=INT;height=INT;batch_size=INT;elevation=FLOAT;azimuth=FLOAT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        StableZero123_Conditioning_Batched		clip_vision=CLIP_VISION;init_image=IMAGE;vae=VAE;width=INT;height=INT;batch_size=INT;elevation=FLOAT;azimuth=FLOAT;elevation_batch_increment=FLOAT;azimuth_batch_increment=FLOAT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        StringCompare		string_a=STRING!;string_b=STRING!;mode=COMBO;case_sensitive=BOOLEAN	BOOLEAN=BOOLEAN
        StringConcatenate		string_a=STRING!;string_b=STRING!;delimiter=STRING	STRING=STRING
        StringContains		string=STRING!;substring=STRING!;case_sensitive=BOOLEAN	contains=BOOLEAN
        StringFormat		values.*=*;f_string=STRING!	STRING=STRING
        StringLength		string=STRING!	length=INT
        StringReplace		string=STRING!;find=STRING!;replace=STRING!	STRING=STRING
        StringSubstring		string=STRING!;start=INT;end=INT	STRING=STRING
        StringTrim		string=STRING!;mode=COMBO	STRING=STRING
        StripWhitespace		texts=STRING	texts=STRING
        StyleModelApply		conditioning=CONDITIONING;style_model=STYLE_MODEL;clip_vision_output=CLIP_VISION_OUTPUT;strength=FLOAT;strength_type=COMBO	CONDITIONING=CONDITIONING
        StyleModelLoader		style_model_name=@style_models	STYLE_MODEL=STYLE_MODEL
        SyncLipSyncNode	h	video=VIDEO;audio=AUDIO;seed=INT#;model=COMBO;model.sync_mode=COMBO?sync-3;model.speaker_selection=COMBO?sync-3;model.speaker_frame=INT?sync-3;model.speaker_x=INT?sync-3;model.speaker_y=INT?sync-3	VIDEO=VIDEO
        SyncTalkingImageNode	h	image=IMAGE;audio=AUDIO;prompt=STRING!;seed=INT#;model=COMBO;model.speaker_selection=COMBO?sync-3;model.speaker_x=INT?sync-3;model.speaker_y=INT?sync-3;model.auto_downscale=BOOLEAN?sync-3	VIDEO=VIDEO
        T5TokenizerOptions		clip=CLIP;min_padding=INT;min_length=INT	CLIP=CLIP
        TCFG		model=MODEL	patched_model=MODEL
        TemporalScoreRescaling		model=MODEL;tsr_k=FLOAT;tsr_sigma=FLOAT	patched_model=MODEL
        Tencent3DPartNode	h	model_3d=FILE_3D_FBX,FILE_3D;seed=INT#	FBX=FILE_3D_FBX
        Tencent3DTextureEditNode	h	model_3d=FILE_3D_FBX,FILE_3D;prompt=STRING!;seed=INT#	GLB=FILE_3D_GLB;OBJ=FILE_3D_OBJ;texture_image=IMAGE
        TencentImageToModelNode	oh	model=COMBO;image=IMAGE;face_count=INT;generate_type=COMBO;generate_type.pbr=BOOLEAN?Normal|LowPoly;generate_type.polygon_type=COMBO?LowPoly;seed=INT#;image_left=IMAGE;image_right=IMAGE;image_back=IMAGE	model_file=STRING;GLB=FILE_3D_GLB;OBJ=FILE_3D_OBJ;texture_image=IMAGE;optional_metallic=IMAGE;optional_normal=IMAGE;optional_roughness=IMAGE
        TencentModelTo3DUVNode	h	model_3d=FILE_3D_GLB,FILE_3D_OBJ,FILE_3D_FBX,FILE_3D;seed=INT#	OBJ=FILE_3D_OBJ;FBX=FILE_3D_FBX;uv_image=IMAGE
        TencentSmartTopologyNode	h	model_3d=FILE_3D_GLB,FILE_3D_OBJ,FILE_3D;polygon_type=COMBO;face_level=COMBO;seed=INT#	OBJ=FILE_3D_OBJ
        TencentTextToModelNode	oh	model=COMBO;prompt=STRING!;face_count=INT;generate_type=COMBO;generate_type.pbr=BOOLEAN?Normal|LowPoly;generate_type.polygon_type=COMBO?LowPoly;seed=INT#	model_file=STRING;GLB=FILE_3D_GLB;OBJ=FILE_3D_OBJ;texture_image=IMAGE
        TextEncodeAceStepAudio		clip=CLIP;tags=STRING!;lyrics=STRING!;lyrics_strength=FLOAT	CONDITIONING=CONDITIONING
        TextEncodeAceStepAudio1.5		clip=CLIP;tags=STRING!;lyrics=STRING!;seed=INT#;bpm=INT;duration=FLOAT;timesignature=COMBO;language=COMBO;keyscale=COMBO;generate_audio_codes=BOOLEAN;cfg_scale=FLOAT;temperature=FLOAT;top_p=FLOAT;top_k=INT;min_p=FLOAT	CONDITIONING=CONDITIONING
        TextEncodeBooguEdit		clip=CLIP;prompt=STRING!;negative_prompt=STRING!;vae=VAE;images.*=IMAGE	positive=CONDITIONING;negative=CONDITIONING
        TextEncodeHunyuanVideo_ImageToVideo		clip=CLIP;clip_vision_output=CLIP_VISION_OUTPUT;prompt=STRING!;image_interleave=INT	CONDITIONING=CONDITIONING
        TextEncodeJoyImageEdit		clip=CLIP;prompt=STRING!;vae=VAE;images.*=IMAGE	CONDITIONING=CONDITIONING
        TextEncodeMageFlowEdit		clip=CLIP;prompt=STRING!;negative_prompt=STRING!;images.*=IMAGE;width=INT;height=INT;batch_size=INT;vae=VAE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        TextEncodeQwenImageEdit		clip=CLIP;prompt=STRING!;vae=VAE;image=IMAGE	CONDITIONING=CONDITIONING
        TextEncodeQwenImageEditPlus		clip=CLIP;prompt=STRING!;vae=VAE;image1=IMAGE;image2=IMAGE;image3=IMAGE	CONDITIONING=CONDITIONING
        TextEncodeZImageOmni		clip=CLIP;prompt=STRING!;auto_resize_images=BOOLEAN;image_encoder=CLIP_VISION;vae=VAE;image1=IMAGE;image2=IMAGE;image3=IMAGE	CONDITIONING=CONDITIONING
        TextGenerate		clip=CLIP;prompt=STRING!;max_length=INT;sampling_mode=COMBO;sampling_mode.temperature=FLOAT?on;sampling_mode.top_k=INT?on;sampling_mode.top_p=FLOAT?on;sampling_mode.min_p=FLOAT?on;sampling_mode.repetition_penalty=FLOAT?on;sampling_mode.seed=INT?on;sampling_mode.presence_penalty=FLOAT?on;image=IMAGE;video=IMAGE;audio=AUDIO;thinking=BOOLEAN;use_default_template=BOOLEAN	generated_text=STRING
        TextGenerateLTX2Prompt		clip=CLIP;prompt=STRING!;max_length=INT;sampling_mode=COMBO;sampling_mode.temperature=FLOAT?on;sampling_mode.top_k=INT?on;sampling_mode.top_p=FLOAT?on;sampling_mode.min_p=FLOAT?on;sampling_mode.repetition_penalty=FLOAT?on;sampling_mode.seed=INT?on;sampling_mode.presence_penalty=FLOAT?on;image=IMAGE;video=IMAGE;audio=AUDIO;thinking=BOOLEAN;use_default_template=BOOLEAN	generated_text=STRING
        TextOverlay		images=IMAGE;text=STRING!;font_size=FLOAT;color=COLOR;position=COMBO;align=COMBO;outline=BOOLEAN	images=IMAGE
        TextToLowercase		texts=STRING	texts=STRING
        TextToUppercase		texts=STRING	texts=STRING
        ThresholdMask		mask=MASK;value=FLOAT	MASK=MASK
        TomePatchModel		model=MODEL;ratio=FLOAT	MODEL=MODEL
        TopazImageEnhance	h	model=COMBO;image=IMAGE;prompt=STRING!;subject_detection=COMBO;face_enhancement=BOOLEAN;face_enhancement_creativity=FLOAT;face_enhancement_strength=FLOAT;crop_to_fill=BOOLEAN;output_width=INT;output_height=INT;creativity=INT;face_preservation=BOOLEAN;color_preservation=BOOLEAN	IMAGE=IMAGE
        TopazImageEnhanceV2	h	image=IMAGE;model=COMBO;model.prompt=STRING!?Reimagine|Bloom 2;model.creativity=INT?Reimagine|Bloom 2;model.subject_detection=COMBO?Reimagine;model.face_enhancement=BOOLEAN?Reimagine;model.face_enhancement_creativity=FLOAT?Reimagine;model.face_enhancement_strength=FLOAT?Reimagine;model.face_preservation=BOOLEAN?Reimagine;model.color_preservation=BOOLEAN?Reimagine|Bloom 2;model.crop_to_fill=BOOLEAN?Reimagine;model.seed=INT#?Bloom 2;model.grain=BOOLEAN?Bloom 2|Wonder 3.5;model.grain_model=COMBO?Bloom 2|Wonder 3.5;model.grain_strength=FLOAT?Bloom 2|Wonder 3.5;model.grain_size=FLOAT?Bloom 2|Wonder 3.5;model.grain_density=FLOAT?Bloom 2|Wonder 3.5;model.enhancement_strength=COMBO?Wonder 3.5;output_width=INT;output_height=INT	IMAGE=IMAGE
        TopazVideoEnhance	h	video=VIDEO;upscaler_enabled=BOOLEAN;upscaler_model=COMBO;upscaler_resolution=COMBO;upscaler_creativity=COMBO;interpolation_enabled=BOOLEAN;interpolation_model=COMBO;interpolation_slowmo=INT;interpolation_frame_rate=INT;interpolation_duplicate=BOOLEAN;interpolation_duplicate_threshold=FLOAT;dynamic_compression_level=COMBO	VIDEO=VIDEO
        TopazVideoEnhanceV2	h	video=VIDEO;upscaler_model=COMBO;upscaler_model.upscaler_resolution=COMBO?Astra 2|Starlight (Astra) Fast|Starlight (Astra) Creative|Starlight Precise 2.5;upscaler_model.creativity=FLOAT?Astra 2|Starlight (Astra) Creative;upscaler_model.prompt=STRING!?Astra 2;upscaler_model.sharp=FLOAT?Astra 2;upscaler_model.realism=FLOAT?Astra 2;interpolation_model=COMBO;interpolation_model.interpolation_frame_rate=INT?apo-8;interpolation_model.interpolation_slowmo=INT?apo-8;interpolation_model.interpolation_duplicate=BOOLEAN?apo-8;interpolation_model.interpolation_duplicate_threshold=FLOAT?apo-8;dynamic_compression_level=COMBO	VIDEO=VIDEO
        TorchCompileModel		model=MODEL;backend=COMBO	MODEL=MODEL
        TrainLoraNode		model=MODEL;latents=LATENT;positive=CONDITIONING;batch_size=INT;grad_accumulation_steps=INT;steps=INT;learning_rate=FLOAT;rank=INT;optimizer=COMBO;loss_function=COMBO;seed=INT;training_dtype=COMBO;lora_dtype=COMBO;quantized_backward=BOOLEAN;algorithm=COMBO;gradient_checkpointing=BOOLEAN;checkpoint_depth=INT;offloading=BOOLEAN;existing_lora=@loras;bucket_mode=BOOLEAN;bypass_mode=BOOLEAN	lora=LORA_MODEL;loss_map=LOSS_MAP;steps=INT
        TransformSplat		splat=SPLAT;translate_x=FLOAT;translate_y=FLOAT;translate_z=FLOAT;rotate_x=FLOAT;rotate_y=FLOAT;rotate_z=FLOAT;scale_x=FLOAT;scale_y=FLOAT;scale_z=FLOAT	splat=SPLAT
        Trellis2Conditioning		clip_vision_model=CLIP_VISION;image=IMAGE	positive=CONDITIONING;negative=CONDITIONING
        Trellis2ShapeStage		positive=CONDITIONING;negative=CONDITIONING;voxel=VOXEL	positive=CONDITIONING;negative=CONDITIONING;LATENT=LATENT
        Trellis2TextureStage		positive=CONDITIONING;negative=CONDITIONING;shape_latent=LATENT	positive=CONDITIONING;negative=CONDITIONING;LATENT=LATENT
        Trellis2UpsampleStage		positive=CONDITIONING;negative=CONDITIONING;shape_latent=LATENT;vae=VAE;target_resolution=INT	positive=CONDITIONING;negative=CONDITIONING;LATENT=LATENT
        TrimAudioDuration		audio=AUDIO;start_index=FLOAT;duration=FLOAT	AUDIO=AUDIO
        TrimVideoLatent		samples=LATENT;trim_amount=INT	LATENT=LATENT
        TripleCLIPLoader		clip_name1=@text_encoders;clip_name2=@text_encoders;clip_name3=@text_encoders	CLIP=CLIP
        TripoConversionNode	oh	original_model_task_id=MODEL_TASK_ID,RIG_TASK_ID,RETARGET_TASK_ID;format=COMBO;quad=BOOLEAN;face_limit=INT;texture_size=INT;texture_format=COMBO;force_symmetry=BOOLEAN;flatten_bottom=BOOLEAN;flatten_bottom_threshold=FLOAT;pivot_to_center_bottom=BOOLEAN;scale_factor=FLOAT;with_animation=BOOLEAN;pack_uv=BOOLEAN;bake=BOOLEAN;part_names=STRING;fbx_preset=COMBO;export_vertex_colors=BOOLEAN;export_orientation=COMBO;animate_in_place=BOOLEAN
        TripoImageToModelNode	oh	image=IMAGE;model_version=COMBO;style=COMBO;texture=BOOLEAN;pbr=BOOLEAN;model_seed=INT;orientation=COMBO;texture_seed=INT;texture_quality=COMBO;texture_alignment=COMBO;face_limit=INT;quad=BOOLEAN;geometry_quality=COMBO	model_file=STRING;model task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB
        TripoImportModelNode	h	model_3d=FILE_3D_GLB,FILE_3D_FBX,FILE_3D_OBJ,FILE_3D_STL,FILE_3D	model task_id=MODEL_TASK_ID
        TripoMultiviewToModelNode	oh	image=IMAGE;image_left=IMAGE;image_back=IMAGE;image_right=IMAGE;model_version=COMBO;orientation=COMBO;texture=BOOLEAN;pbr=BOOLEAN;model_seed=INT;texture_seed=INT;texture_quality=COMBO;texture_alignment=COMBO;face_limit=INT;quad=BOOLEAN;geometry_quality=COMBO	model_file=STRING;model task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB
        TripoP1ImageToModelNode	h	image=IMAGE;output_mode=COMBO;output_mode.pbr=BOOLEAN?Textured;output_mode.texture_quality=COMBO?Textured;output_mode.texture_alignment=COMBO?Textured;output_mode.orientation=COMBO?Textured;output_mode.texture_seed=INT?Textured;enable_image_autofix=BOOLEAN;face_limit=INT;model_seed=INT;auto_size=BOOLEAN;export_uv=BOOLEAN;compress_geometry=BOOLEAN	model_file=STRING;model task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB
        TripoP1MultiviewToModelNode	h	image=IMAGE;output_mode=COMBO;output_mode.pbr=BOOLEAN?Textured;output_mode.texture_quality=COMBO?Textured;output_mode.texture_alignment=COMBO?Textured;output_mode.orientation=COMBO?Textured;output_mode.texture_seed=INT?Textured;image_left=IMAGE;image_back=IMAGE;image_right=IMAGE;face_limit=INT;model_seed=INT;auto_size=BOOLEAN;export_uv=BOOLEAN;compress_geometry=BOOLEAN	model_file=STRING;model task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB
        TripoP1TextToModelNode	h	prompt=STRING!;output_mode=COMBO;output_mode.pbr=BOOLEAN?Textured;output_mode.texture_quality=COMBO?Textured;output_mode.texture_seed=INT?Textured;negative_prompt=STRING!;image_seed=INT;face_limit=INT;model_seed=INT;auto_size=BOOLEAN;export_uv=BOOLEAN;compress_geometry=BOOLEAN	model_file=STRING;model task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB
        TripoRefineNode	oh	model_task_id=MODEL_TASK_ID	model_file=STRING;model task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB
        TripoRetargetNode	oh	original_model_task_id=RIG_TASK_ID;animation=COMBO	model_file=STRING;retarget task_id=RETARGET_TASK_ID;GLB=FILE_3D_GLB
        TripoRigNode	oh	original_model_task_id=MODEL_TASK_ID	model_file=STRING;rig task_id=RIG_TASK_ID;GLB=FILE_3D_GLB
        TripoSplatConditioning		clip_vision=CLIP_VISION;vae=VAE;image=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        TripoSplatPreprocessImage		image=IMAGE;mask=MASK;erode_radius=INT;size=INT	image=IMAGE
        TripoSplatSamplingPreview		model=MODEL;vae=VAE;octree_level=INT;num_gaussians=INT;yaw=FLOAT;pitch=FLOAT;point_size=INT	MODEL=MODEL
        TripoTextToModelNode	oh	prompt=STRING!;negative_prompt=STRING!;model_version=COMBO;style=COMBO;texture=BOOLEAN;pbr=BOOLEAN;image_seed=INT;model_seed=INT;texture_seed=INT;texture_quality=COMBO;face_limit=INT;quad=BOOLEAN;geometry_quality=COMBO	model_file=STRING;model task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB
        TripoTextureNode	oh	model_task_id=MODEL_TASK_ID;texture=BOOLEAN;pbr=BOOLEAN;texture_seed=INT;texture_quality=COMBO;texture_alignment=COMBO;texture_prompt=STRING!	model_file=STRING;model task_id=MODEL_TASK_ID;GLB=FILE_3D_GLB
        TruncateText		texts=STRING;max_length=INT	texts=STRING
        UNETLoader		unet_name=@diffusion_models;weight_dtype=COMBO	MODEL=MODEL
        UNetCrossAttentionMultiply		model=MODEL;q=FLOAT;k=FLOAT;v=FLOAT;out=FLOAT	MODEL=MODEL
        UNetSelfAttentionMultiply		model=MODEL;q=FLOAT;k=FLOAT;v=FLOAT;out=FLOAT	MODEL=MODEL
        UNetTemporalAttentionMultiply		model=MODEL;self_structural=FLOAT;self_temporal=FLOAT;cross_structural=FLOAT;cross_temporal=FLOAT	MODEL=MODEL
        USOStyleReference		model=MODEL;model_patch=MODEL_PATCH;clip_vision_output=CLIP_VISION_OUTPUT	MODEL=MODEL
        UnwrapMesh		mesh=MESH;segmenter=COMBO;resolution=INT;padding=INT;weld_distance=FLOAT	mesh=MESH
        UpscaleModelLoader		model_name=@upscale_models	UPSCALE_MODEL=UPSCALE_MODEL
        VAEDecode		samples=LATENT;vae=VAE	IMAGE=IMAGE
        VAEDecodeAudio		samples=LATENT;vae=VAE	AUDIO=AUDIO
        VAEDecodeAudioTiled		samples=LATENT;vae=VAE;tile_size=INT;overlap=INT	AUDIO=AUDIO
        VAEDecodeHunyuan3D		samples=LATENT;vae=VAE;num_chunks=INT;octree_resolution=INT	VOXEL=VOXEL
        VAEDecodeTiled		samples=LATENT;vae=VAE;tile_size=INT;overlap=INT;temporal_size=INT;temporal_overlap=INT	IMAGE=IMAGE
        VAEDecodeTripoSplat		samples=LATENT;vae=VAE;num_gaussians=INT;seed=INT	splat=SPLAT
        VAEEncode		pixels=IMAGE;vae=VAE	LATENT=LATENT
        VAEEncodeAudio		audio=AUDIO;vae=VAE	LATENT=LATENT
        VAEEncodeForInpaint		pixels=IMAGE;vae=VAE;mask=MASK;grow_mask_by=INT	LATENT=LATENT
        VAEEncodeTiled		pixels=IMAGE;vae=VAE;tile_size=INT;overlap=INT;temporal_size=INT;temporal_overlap=INT	LATENT=LATENT
        VAELoader		vae_name=@vae	VAE=VAE
        VAESave	o	vae=VAE;filename_prefix=STRING
        VOIDInpaintConditioning		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;video=IMAGE;quadmask=MASK;width=INT;height=INT;length=INT;batch_size=INT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        VOIDQuadmaskPreprocess		mask=MASK;dilate_width=INT	quadmask=MASK
        VOIDSampler			SAMPLER=SAMPLER
        VOIDWarpedNoise		optical_flow=OPTICAL_FLOW;video=IMAGE;width=INT;height=INT;length=INT;batch_size=INT	warped_noise=LATENT
        VOIDWarpedNoiseSource		warped_noise=LATENT	NOISE=NOISE
        VPScheduler		steps=INT;beta_d=FLOAT;beta_min=FLOAT;eps_s=FLOAT	SIGMAS=SIGMAS
        VaeDecodeShapeTrellis		samples=LATENT;vae=VAE	mesh=MESH;shape_subdivides=SHAPE_SUBDIVIDES
        VaeDecodeStructureTrellis2		samples=LATENT;vae=VAE;resolution=COMBO	voxel=VOXEL
        VaeDecodeTextureTrellis		samples=LATENT;vae=VAE;shape_subdivides=SHAPE_SUBDIVIDES	voxel_colors=VOXEL
        Veo3FirstLastFrameNode	h	prompt=STRING!;negative_prompt=STRING!;resolution=COMBO;aspect_ratio=COMBO;duration=INT;seed=INT#;first_frame=IMAGE;last_frame=IMAGE;model=COMBO;generate_audio=BOOLEAN	VIDEO=VIDEO
        Veo3VideoGenerationNode	h	prompt=STRING!;aspect_ratio=COMBO;resolution=COMBO;negative_prompt=STRING!;duration_seconds=INT;enhance_prompt=BOOLEAN;person_generation=COMBO;seed=INT#;image=IMAGE;model=COMBO;generate_audio=BOOLEAN	VIDEO=VIDEO
        VeoVideoGenerationNode	h	prompt=STRING!;aspect_ratio=COMBO;negative_prompt=STRING!;duration_seconds=INT;enhance_prompt=BOOLEAN;person_generation=COMBO;seed=INT#;image=IMAGE;model=COMBO	VIDEO=VIDEO
        Video Slice		video=VIDEO;start_time=FLOAT;duration=FLOAT;strict_duration=BOOLEAN	VIDEO=VIDEO
        VideoFrameSample		video=VIDEO;num_frames=INT;strategy=COMBO;seed=INT	video=VIDEO
        VideoLinearCFGGuidance		model=MODEL;min_cfg=FLOAT	MODEL=MODEL
        VideoRandomTemporalCrop		video=VIDEO;length=INT;seed=INT	video=VIDEO
        VideoTemporalCrop		video=VIDEO;start_frame=INT;length=INT	video=VIDEO
        VideoTriangleCFGGuidance		model=MODEL;min_cfg=FLOAT	MODEL=MODEL
        Vidu2ImageToVideoNode	h	model=COMBO;image=IMAGE;prompt=STRING!;duration=INT;seed=INT#;resolution=COMBO;movement_amplitude=COMBO	VIDEO=VIDEO
        Vidu2ReferenceVideoNode	h	model=COMBO;subjects.*=IMAGE;prompt=STRING!;audio=BOOLEAN;duration=INT;seed=INT#;aspect_ratio=COMBO;resolution=COMBO;movement_amplitude=COMBO	VIDEO=VIDEO
        Vidu2StartEndToVideoNode	h	model=COMBO;first_frame=IMAGE;end_frame=IMAGE;prompt=STRING!;duration=INT;seed=INT#;resolution=COMBO;movement_amplitude=COMBO	VIDEO=VIDEO
        Vidu2TextToVideoNode	h	model=COMBO;prompt=STRING!;duration=INT;seed=INT#;aspect_ratio=COMBO;resolution=COMBO;background_music=BOOLEAN	VIDEO=VIDEO
        Vidu3ImageToVideoNode	h	model=COMBO;model.resolution=COMBO?viduq3-pro|viduq3-turbo;model.duration=INT?viduq3-pro|viduq3-turbo;model.audio=BOOLEAN?viduq3-pro|viduq3-turbo;image=IMAGE;prompt=STRING!;seed=INT#	VIDEO=VIDEO
        Vidu3StartEndToVideoNode	h	model=COMBO;model.resolution=COMBO?viduq3-pro|viduq3-turbo;model.duration=INT?viduq3-pro|viduq3-turbo;model.audio=BOOLEAN?viduq3-pro|viduq3-turbo;first_frame=IMAGE;end_frame=IMAGE;prompt=STRING!;seed=INT#	VIDEO=VIDEO
        Vidu3TextToVideoNode	h	model=COMBO;model.aspect_ratio=COMBO?viduq3-pro|viduq3-turbo;model.resolution=COMBO?viduq3-pro|viduq3-turbo;model.duration=INT?viduq3-pro|viduq3-turbo;model.audio=BOOLEAN?viduq3-pro|viduq3-turbo;prompt=STRING!;seed=INT#	VIDEO=VIDEO
        ViduExtendVideoNode	h	model=COMBO;model.duration=INT?viduq2-pro|viduq2-turbo;model.resolution=COMBO?viduq2-pro|viduq2-turbo;video=VIDEO;prompt=STRING!;seed=INT#;end_frame=IMAGE	VIDEO=VIDEO
        ViduImageToVideoNode	h	model=COMBO;image=IMAGE;prompt=STRING!;duration=INT;seed=INT#;resolution=COMBO;movement_amplitude=COMBO	VIDEO=VIDEO
        ViduMultiFrameVideoNode	h	model=COMBO;start_image=IMAGE;seed=INT#;resolution=COMBO;frames=COMBO;frames.prompt1=STRING!?2|3|4|5|6|7|8|9;frames.end_image1=IMAGE?2|3|4|5|6|7|8|9;frames.duration1=INT?2|3|4|5|6|7|8|9;frames.prompt2=STRING!?2|3|4|5|6|7|8|9;frames.end_image2=IMAGE?2|3|4|5|6|7|8|9;frames.duration2=INT?2|3|4|5|6|7|8|9;frames.prompt3=STRING!?3|4|5|6|7|8|9;frames.end_image3=IMAGE?3|4|5|6|7|8|9;frames.duration3=INT?3|4|5|6|7|8|9;frames.prompt4=STRING!?4|5|6|7|8|9;frames.end_image4=IMAGE?4|5|6|7|8|9;frames.duration4=INT?4|5|6|7|8|9;frames.prompt5=STRING!?5|6|7|8|9;frames.end_image5=IMAGE?5|6|7|8|9;frames.duration5=INT?5|6|7|8|9;frames.prompt6=STRING!?6|7|8|9;frames.end_image6=IMAGE?6|7|8|9;frames.duration6=INT?6|7|8|9;frames.prompt7=STRING!?7|8|9;frames.end_image7=IMAGE?7|8|9;frames.duration7=INT?7|8|9;frames.prompt8=STRING!?8|9;frames.end_image8=IMAGE?8|9;frames.duration8=INT?8|9;frames.prompt9=STRING!?9;frames.end_image9=IMAGE?9;frames.duration9=INT?9	VIDEO=VIDEO
        ViduReferenceVideoNode	h	model=COMBO;images=IMAGE;prompt=STRING!;duration=INT;seed=INT#;aspect_ratio=COMBO;resolution=COMBO;movement_amplitude=COMBO	VIDEO=VIDEO
        ViduStartEndToVideoNode	h	model=COMBO;first_frame=IMAGE;end_frame=IMAGE;prompt=STRING!;duration=INT;seed=INT#;resolution=COMBO;movement_amplitude=COMBO	VIDEO=VIDEO
        ViduTextToVideoNode	h	model=COMBO;prompt=STRING!;duration=INT;seed=INT#;aspect_ratio=COMBO;resolution=COMBO;movement_amplitude=COMBO	VIDEO=VIDEO
        VoxelToMesh		voxel=VOXEL;algorithm=COMBO;threshold=FLOAT	MESH=MESH
        VoxelToMeshBasic		voxel=VOXEL;threshold=FLOAT	MESH=MESH
        Wan22FunControlToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;ref_image=IMAGE;control_video=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        Wan22ImageToVideoLatent		vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;start_image=IMAGE	LATENT=LATENT
        Wan2ImageToVideoApi	h	model=COMBO;model.prompt=STRING!?wan2.7-i2v;model.negative_prompt=STRING!?wan2.7-i2v;model.resolution=COMBO?wan2.7-i2v;model.duration=INT?wan2.7-i2v;first_frame=IMAGE;seed=INT#;prompt_extend=BOOLEAN;watermark=BOOLEAN;last_frame=IMAGE;audio=AUDIO	VIDEO=VIDEO
        Wan2ReferenceVideoApi	h	model=COMBO;model.prompt=STRING!?wan2.7-r2v;model.negative_prompt=STRING!?wan2.7-r2v;model.resolution=COMBO?wan2.7-r2v;model.ratio=COMBO?wan2.7-r2v;model.duration=INT?wan2.7-r2v;model.reference_videos.*=VIDEO;model.reference_images.*=IMAGE;seed=INT#;watermark=BOOLEAN	VIDEO=VIDEO
        Wan2TextToVideoApi	h	model=COMBO;model.prompt=STRING!?wan2.7-t2v;model.negative_prompt=STRING!?wan2.7-t2v;model.resolution=COMBO?wan2.7-t2v;model.ratio=COMBO?wan2.7-t2v;model.duration=INT?wan2.7-t2v;seed=INT#;prompt_extend=BOOLEAN;watermark=BOOLEAN;audio=AUDIO	VIDEO=VIDEO
        Wan2VideoContinuationApi	h	model=COMBO;model.prompt=STRING!?wan2.7-i2v;model.negative_prompt=STRING!?wan2.7-i2v;model.resolution=COMBO?wan2.7-i2v;model.duration=INT?wan2.7-i2v;first_clip=VIDEO;seed=INT#;prompt_extend=BOOLEAN;watermark=BOOLEAN;last_frame=IMAGE	VIDEO=VIDEO
        Wan2VideoEditApi	h	model=COMBO;model.prompt=STRING!?wan2.7-videoedit;model.resolution=COMBO?wan2.7-videoedit;model.ratio=COMBO?wan2.7-videoedit;model.duration=COMBO?wan2.7-videoedit;model.reference_images.*=IMAGE;video=VIDEO;seed=INT#;audio_setting=COMBO;watermark=BOOLEAN	VIDEO=VIDEO
        WanAnimate2Cache		model=MODEL;device=COMBO;dtype=COMBO	MODEL=MODEL
        WanAnimate2ToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;video_frame_offset=INT;pose_strength=FLOAT;pose_start_percent=FLOAT;pose_end_percent=FLOAT;reference_image_strength=FLOAT;reference_image=IMAGE;pose_video=IMAGE;clip_vision_output=CLIP_VISION_OUTPUT;positive_pose=CONDITIONING;clip_vision_output_pose=CLIP_VISION_OUTPUT;continue_motion=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT;trim_latent=INT;trim_image=INT;video_frame_offset=INT
        WanAnimateToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;continue_motion_max_frames=INT;video_frame_offset=INT;clip_vision_output=CLIP_VISION_OUTPUT;reference_image=IMAGE;face_video=IMAGE;pose_video=IMAGE;background_video=IMAGE;character_mask=MASK;continue_motion=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT;trim_latent=INT;trim_image=INT;video_frame_offset=INT
        WanCameraEmbedding		camera_pose=COMBO;width=INT;height=INT;length=INT;speed=FLOAT;fx=FLOAT;fy=FLOAT;cx=FLOAT;cy=FLOAT	camera_embedding=WAN_CAMERA_EMBEDDING;width=INT;height=INT;length=INT
        WanCameraImageToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;clip_vision_output=CLIP_VISION_OUTPUT;start_image=IMAGE;camera_conditions=WAN_CAMERA_EMBEDDING	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanContextWindowsManual		model=MODEL;context_length=INT;context_overlap=INT;context_schedule=COMBO;context_stride=INT;closed_loop=BOOLEAN;fuse_method=COMBO;freenoise=BOOLEAN;retain_first_frame=BOOLEAN;split_conds_to_windows=BOOLEAN	MODEL=MODEL
        WanDancerEncodeAudio		audio=AUDIO;video_frames=INT;audio_inject_scale=FLOAT	audio_encoder_output=AUDIO_ENCODER_OUTPUT;fps_string=STRING
        WanDancerPadKeyframes		images=IMAGE;segment_length=INT;segment_index=INT;audio=AUDIO	keyframes_sequence=IMAGE;keyframes_mask=MASK;audio_segment=AUDIO
        WanDancerPadKeyframesList		images=IMAGE;segment_length=INT;num_segments=INT;audio=AUDIO	keyframes_sequence=IMAGE;keyframes_mask=MASK;audio_segment=AUDIO
        WanDancerVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;clip_vision_output=CLIP_VISION_OUTPUT;clip_vision_output_ref=CLIP_VISION_OUTPUT;start_image=IMAGE;mask=MASK;audio_encoder_output=AUDIO_ENCODER_OUTPUT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanFirstLastFrameToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;clip_vision_start_image=CLIP_VISION_OUTPUT;clip_vision_end_image=CLIP_VISION_OUTPUT;start_image=IMAGE;end_image=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanFunControlToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;clip_vision_output=CLIP_VISION_OUTPUT;start_image=IMAGE;control_video=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanFunInpaintToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;clip_vision_output=CLIP_VISION_OUTPUT;start_image=IMAGE;end_image=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanHuMoImageToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;audio_encoder_output=AUDIO_ENCODER_OUTPUT;ref_image=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanImageToImageApi	h	model=COMBO;image=IMAGE;prompt=STRING!;negative_prompt=STRING!;seed=INT#;watermark=BOOLEAN	IMAGE=IMAGE
        WanImageToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;clip_vision_output=CLIP_VISION_OUTPUT;start_image=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanImageToVideoApi	h	model=COMBO;image=IMAGE;prompt=STRING!;negative_prompt=STRING!;resolution=COMBO;duration=INT;audio=AUDIO;seed=INT#;generate_audio=BOOLEAN;prompt_extend=BOOLEAN;watermark=BOOLEAN;shot_type=COMBO	VIDEO=VIDEO
        WanInfiniteTalkToVideo		mode=COMBO;mode.audio_encoder_output_2=AUDIO_ENCODER_OUTPUT?two_speakers;mode.mask_1=MASK?two_speakers;mode.mask_2=MASK?two_speakers;model=MODEL;model_patch=MODEL_PATCH;positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;audio_encoder_output_1=AUDIO_ENCODER_OUTPUT;motion_frame_count=INT;audio_scale=FLOAT;clip_vision_output=CLIP_VISION_OUTPUT;start_image=IMAGE;previous_frames=IMAGE	model=MODEL;positive=CONDITIONING;negative=CONDITIONING;latent=LATENT;trim_image=INT
        WanMoveConcatTrack		tracks_1=TRACKS;tracks_2=TRACKS	TRACKS=TRACKS
        WanMoveTrackToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;strength=FLOAT;width=INT;height=INT;length=INT;batch_size=INT;start_image=IMAGE;tracks=TRACKS;clip_vision_output=CLIP_VISION_OUTPUT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanMoveTracksFromCoords		track_coords=STRING<;track_mask=MASK	TRACKS=TRACKS;track_length=INT
        WanMoveVisualizeTracks		images=IMAGE;line_resolution=INT;circle_size=INT;opacity=FLOAT;line_width=INT;tracks=TRACKS	IMAGE=IMAGE
        WanPhantomSubjectToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;images=IMAGE	positive=CONDITIONING;negative_text=CONDITIONING;negative_img_text=CONDITIONING;latent=LATENT
        WanReferenceVideoApi	h	model=COMBO;prompt=STRING!;negative_prompt=STRING!;reference_videos.*=VIDEO;size=COMBO;duration=INT;seed=INT#;shot_type=COMBO;watermark=BOOLEAN	VIDEO=VIDEO
        WanSCAILToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;pose_strength=FLOAT;pose_start=FLOAT;pose_end=FLOAT;video_frame_offset=INT;previous_frame_count=INT;pose_video=IMAGE;pose_video_mask=IMAGE;replacement_mode=BOOLEAN;reference_image=IMAGE;reference_image_mask=IMAGE;clip_vision_output=CLIP_VISION_OUTPUT;previous_frames=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT;video_frame_offset=INT
        WanSoundImageToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;audio_encoder_output=AUDIO_ENCODER_OUTPUT;ref_image=IMAGE;control_video=IMAGE;ref_motion=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanSoundImageToVideoExtend		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;length=INT;video_latent=LATENT;audio_encoder_output=AUDIO_ENCODER_OUTPUT;ref_image=IMAGE;control_video=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanTextToImageApi	h	model=COMBO;prompt=STRING!;negative_prompt=STRING!;width=INT;height=INT;seed=INT#;prompt_extend=BOOLEAN;watermark=BOOLEAN	IMAGE=IMAGE
        WanTextToVideoApi	h	model=COMBO;prompt=STRING!;negative_prompt=STRING!;size=COMBO;duration=INT;audio=AUDIO;seed=INT#;generate_audio=BOOLEAN;prompt_extend=BOOLEAN;watermark=BOOLEAN;shot_type=COMBO	VIDEO=VIDEO
        WanTrackToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;tracks=STRING!;width=INT;height=INT;length=INT;batch_size=INT;temperature=FLOAT;topk=INT;start_image=IMAGE;clip_vision_output=CLIP_VISION_OUTPUT	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT
        WanUni3CControlnetApply		model=MODEL;model_patch=MODEL_PATCH;vae=VAE;render_video=IMAGE;strength=FLOAT;start_percent=FLOAT;end_percent=FLOAT	MODEL=MODEL
        WanVaceToVideo		positive=CONDITIONING;negative=CONDITIONING;vae=VAE;width=INT;height=INT;length=INT;batch_size=INT;strength=FLOAT;control_video=IMAGE;control_masks=MASK;reference_image=IMAGE	positive=CONDITIONING;negative=CONDITIONING;latent=LATENT;trim_latent=INT
        WavespeedFlashVSRNode	h	video=VIDEO;target_resolution=COMBO	VIDEO=VIDEO
        WavespeedImageUpscaleNode	h	model=COMBO;image=IMAGE;target_resolution=COMBO	IMAGE=IMAGE
        WebcamCapture		image=WEBCAM;width=INT;height=INT;capture_on_queue=BOOLEAN	IMAGE=IMAGE
        WeldVertices		mesh=MESH;epsilon_rel=FLOAT;epsilon_abs=FLOAT	mesh=MESH
        ZImageFunControlnet		model=MODEL;model_patch=MODEL_PATCH;vae=VAE;strength=FLOAT;image=IMAGE;inpaint_image=IMAGE;mask=MASK	MODEL=MODEL
        unCLIPCheckpointLoader		ckpt_name=@checkpoints	MODEL=MODEL;CLIP=CLIP;VAE=VAE;CLIP_VISION=CLIP_VISION
        unCLIPConditioning		conditioning=CONDITIONING;clip_vision_output=CLIP_VISION_OUTPUT;strength=FLOAT;noise_augmentation=FLOAT	CONDITIONING=CONDITIONING
        wanBlockSwap		model=MODEL	MODEL=MODEL
        """#
}
