/** Names at the boundary of a model: state and feeds share a name in programs, inputs and outputs may not in ONNX. */

export const inputName = (name: string): string => `in/${name}`;
export const outputName = (name: string): string => `out/${name}`;
