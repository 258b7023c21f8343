// libjpeg-turbo decodes JPEG images.
#pragma once
#include <stdio.h>
#include <jpeglib.h>
