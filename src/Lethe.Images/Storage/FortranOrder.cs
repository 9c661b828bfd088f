namespace Lethe.Storage;

/// <summary>Arrays whose first index runs fastest.</summary>
internal static class FortranOrder
{
    /// <summary>The elements in C order, in which the last index runs fastest.</summary>
    /// <param name="values">The elements as a file of Fortran order has them.</param>
    /// <param name="shape">The length of each dimension.</param>
    public static Array ToRowMajor(Array values, long[] shape) => values switch
    {
        float[] singles => Transposed(singles, shape),
        double[] doubles => Transposed(doubles, shape),
        string[] texts => Transposed(texts, shape),
        _ => Transposed((long[])values, shape),
    };

    private static T[] Transposed<T>(T[] values, long[] shape)
    {
        if (values.Length == 0 || shape.Length < 2)
            return values;

        var result = new T[values.Length];
        int[] strides = new int[shape.Length], index = new int[shape.Length];
        strides[0] = 1;
        for (int axis = 1; axis < shape.Length; axis++)
        {
            strides[axis] = (int)(strides[axis - 1] * shape[axis - 1]);
        }

        int from = 0;
        for (int to = 0; ; to++)
        {
            result[to] = values[from];
            int axis = shape.Length - 1;
            for (; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++index[axis] < shape[axis])
                    break;
                from -= (int)(strides[axis] * shape[axis]);
                index[axis] = 0;
            }

            if (axis < 0)
                return result;
        }
    }
}
