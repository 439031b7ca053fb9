#!/usr/bin/env bash
# Builds the addon of @tensorflow/tfjs-node 4.22 against the TensorFlow that PyPI has today, into this project's node_modules.
# docs/how-to/native-tensorflow.md says why and how to do it for a GPU.
#
#   bash test/bench/tfjs-node/setup.sh [tfjs-node | tfjs-node-gpu] [TensorFlow version]
#
# Needs g++, python3 with pip, and about 1.3 GB of disk (the CPU build; 2.5 GB for the GPU). Nothing outside this folder changes.
set -euo pipefail
cd "$(dirname "$0")/../../.."

package=${1:-tfjs-node}
version=${2:-2.21.0}
case $package in
  tfjs-node) wheel=tensorflow-cpu ;;
  tfjs-node-gpu) wheel=tensorflow ;;
  *) echo "the package is tfjs-node or tfjs-node-gpu, not $package" >&2; exit 2 ;;
esac

home=$PWD/.bench/$wheel-$version
if [ ! -e "$home/tensorflow/libtensorflow_cc.so.2" ]; then
  echo "downloading $wheel $version (about 270 MB, 600 MB for the GPU)"
  mkdir -p "$home"
  python3 -m pip download --quiet --no-deps --dest "$home" "$wheel==$version"
  echo "unpacking the C library and its headers"
  python3 - "$home" <<'PY'
import glob, sys, zipfile
home = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(f"{home}/*.whl")[0])
headers = ("tensorflow/include/tensorflow/c/", "tensorflow/include/tensorflow/core/platform/", "tensorflow/include/external/",
           "tensorflow/include/tsl/", "tensorflow/include/xla/tsl/")
wheel.extractall(home, [n for n in wheel.namelist() if n.startswith("tensorflow/libtensorflow") or n.startswith(headers)])
PY
  rm "$home"/*.whl
fi

echo "installing @tensorflow/$package without its install script, which would download TensorFlow 2.9"
# in a folder of its own: npm leaves out what this project only names as an optional peer
npm install --prefix ".bench/$package" --ignore-scripts --no-audit --no-fund "@tensorflow/$package@4.22.0"
rm -rf "node_modules/@tensorflow/$package"
ln -s "$PWD/.bench/$package/node_modules/@tensorflow/$package" "node_modules/@tensorflow/$package"

# the headers of Node lie beside its executable, or where a package manager put them
node_headers=
for candidate in "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node" /usr/include/node /usr/local/include/node; do
  if [ -e "$candidate/node_api.h" ]; then node_headers=$candidate; break; fi
done
if [ -z "$node_headers" ]; then echo "node_api.h is not found: install the headers of Node (e.g. libnode-dev)" >&2; exit 1; fi

echo "compiling the addon"
module=node_modules/@tensorflow/$package
mkdir -p "$module/lib/napi-v8"
# libtensorflow_cc has the C interface as well; the wheel has no libtensorflow
g++ -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION=8 -I"$node_headers" -I"$home/tensorflow/include" -I"$module" \
  "$module/binding/tfjs_backend.cc" "$module/binding/tfjs_binding.cc" -o "$module/lib/napi-v8/tfjs_binding.node" \
  -L"$home/tensorflow" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,"$home/tensorflow"
node -e "const tf = require('@tensorflow/$package'); console.log('built: backend', tf.getBackend(), 'of', tf.version['tfjs-node'])"
