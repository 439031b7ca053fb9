#!/usr/bin/env bash
# Runs the tests of the GPU engines: on the GPU of this machine, or on SwiftShader, the software GPU of Debian's chromium package.
# Where neither is there it says so and succeeds. The loader's variables must be set before Node starts, hence a script.
set -euo pipefail
cd "$(dirname "$0")/.."

swiftshader=/usr/lib/chromium/vk_swiftshader_icd.json
if [ -e /dev/nvidiactl ] || [ -e /dev/dri ] || [ "$(uname)" != Linux ]; then
  echo "GPU tests run on the GPU of this machine"
elif [ -e "$swiftshader" ]; then
  echo "GPU tests run on SwiftShader"
  export VK_DRIVER_FILES=$swiftshader LD_LIBRARY_PATH=/usr/lib/chromium
else
  echo "GPU tests were skipped: there is no GPU, and no SwiftShader (Debian: apt-get install chromium)"
  exit 0
fi
npx vitest run --config vitest.gpu.config.ts "$@"
