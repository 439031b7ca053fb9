/** Square matrices in double precision: Cholesky factors, singular values, products. */

/** Row by row: [size, size]. */
export interface SquareMatrix {
  readonly size: number;
  readonly data: Float64Array;
}

/**
 * The lower triangular L with L L' = A, of a positive semidefinite A. A pivot that is nothing but rounding counts as zero, and so does
 * its column: features that never vary, or fewer rows than features, are no error (Golub and Van Loan, Matrix Computations, section 4.2.8).
 */
export function cholesky({ size: n, data }: SquareMatrix): SquareMatrix {
  const factor = new Float64Array(n * n);
  let largest = 0;
  for (let k = 0; k < n; k++) largest = Math.max(largest, data[k * n + k]!);
  const rounding = n * Number.EPSILON * largest;
  for (let j = 0; j < n; j++) {
    const pivot = data[j * n + j]! - dot(factor, j * n, factor, j * n, j);
    if (pivot <= rounding) continue;
    const root = Math.sqrt(pivot);
    factor[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      factor[i * n + j] = (data[i * n + j]! - dot(factor, i * n, factor, j * n, j)) / root;
    }
  }
  return { size: n, data: factor };
}

/** Quadratic convergence: a handful of sweeps is usual, and no matrix has been seen to need this many. */
const mostSweeps = 60;

/**
 * In no order. One-sided Jacobi rotations make the rows orthogonal; their lengths are the singular values (Golub and Van Loan,
 * section 8.6.3). Small ones come out as exactly as large ones, and a Fréchet distance adds them all up.
 */
export function singularValues({ size: n, data }: SquareMatrix): Float64Array {
  const a = Float64Array.from(data);
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotated = orthogonalise(a, n, p, q) || rotated;
    if (!rotated) break;
  }
  return Float64Array.from({ length: n }, (_, i) => Math.sqrt(dot(a, i * n, a, i * n, n)));
}

/** Rotates rows p and q so that they are orthogonal; false where they are already. */
function orthogonalise(a: Float64Array, n: number, p: number, q: number): boolean {
  const [pp, qq, pq] = [dot(a, p * n, a, p * n, n), dot(a, q * n, a, q * n, n), dot(a, p * n, a, q * n, n)];
  if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq)) return false;
  const theta = (qq - pp) / (2 * pq);
  const t =
    Math.abs(theta) > 1e150 ? 0.5 / theta : Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const x = a[p * n + k]!;
    const y = a[q * n + k]!;
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
  return true;
}

/** The inner product of `count` entries of `a` from element `i` on with those of `b` from `j` on. */
function dot(a: Float64Array, i: number, b: Float64Array, j: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[i + k]! * b[j + k]!;
  return sum;
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
