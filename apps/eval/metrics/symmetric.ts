/** Real symmetric matrices: eigenvalues, eigenvectors and square roots, in double precision. */

/** Row by row: [size, size]. */
export interface SquareMatrix {
  readonly size: number;
  readonly data: Float64Array;
}

export interface Eigen {
  readonly values: Float64Array;
  /** [size, size]; column k belongs to values[k] */
  readonly vectors: SquareMatrix;
}

/** Quadratic convergence: a handful of sweeps is usual, and no symmetric matrix has been seen to need this many. */
const mostSweeps = 60;

/**
 * Cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, section 8.5). Slower than a reduction to tridiagonal
 * form, but small eigenvalues come out as exactly as large ones, and their square roots are what a Fréchet distance adds up.
 */
export function eigenSymmetric({ size: n, data }: SquareMatrix): Eigen {
  const a = Float64Array.from(data);
  // rows of `v` are eigenvectors while rotating, so that a rotation walks along memory
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let scale = 0;
  for (const entry of a) scale += entry * entry;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q]! ** 2;
    if (off <= 1e-30 * scale) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) vectors[j * n + i] = v[i * n + j]!;
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors: { size: n, data: vectors } };
}

/** The rotation that makes a[p, q] zero. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t =
    Math.abs(theta) > 1e150 ? 0.5 / theta : Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  a[p * n + q] = 0;
  a[q * n + p] = 0;
  for (let k = 0; k < n; k++) {
    const [x, y] = [v[p * n + k]!, v[q * n + k]!];
    v[p * n + k] = c * x - s * y;
    v[q * n + k] = s * x + c * y;
  }
}

/** The symmetric square root of a positive semidefinite matrix; eigenvalues below zero are rounding and count as zero. */
export function squareRoot(matrix: SquareMatrix): SquareMatrix {
  const { size: n } = matrix;
  const { values, vectors } = eigenSymmetric(matrix);
  const scaled = Float64Array.from(vectors.data, (entry, i) => entry * Math.sqrt(Math.max(0, values[i % n]!)));
  return multiply({ size: n, data: scaled }, transpose(vectors));
}

export function multiply(a: SquareMatrix, b: SquareMatrix): SquareMatrix {
  const n = a.size;
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * n, (i + 1) * n);
    for (let k = 0; k < n; k++) {
      const factor = a.data[i * n + k]!;
      for (let j = 0; j < n; j++) row[j]! += factor * b.data[k * n + j]!;
    }
  }
  return { size: n, data };
}

export function transpose({ size: n, data }: SquareMatrix): SquareMatrix {
  return { size: n, data: Float64Array.from(data, (_, i) => data[(i % n) * n + Math.floor(i / n)]!) };
}

export function trace({ size: n, data }: SquareMatrix): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += data[i * n + i]!;
  return sum;
}
