using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Latchkey.Server.Storage;

/// <summary>
/// Enums stand in the tables as words, so that <c>Role &gt;= KeyManager</c> asked of the store would compare letters and let an Auditor in. A question that
/// compares or sorts by one is a fault and gets no answer. It is looked at once, when it is compiled.
/// </summary>
sealed class WordsHaveNoOrder : IQueryExpressionInterceptor
{
    /// <summary>One for all stores: each instance would make the framework build its services anew.</summary>
    public static readonly WordsHaveNoOrder Here = new();

    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData) => new Guard().Visit(queryExpression);

    sealed class Guard : ExpressionVisitor
    {
        protected override Expression VisitBinary(BinaryExpression node)
        {
            if (node.NodeType is ExpressionType.LessThan or ExpressionType.LessThanOrEqual or ExpressionType.GreaterThan or ExpressionType.GreaterThanOrEqual)
                Check(node.Left, node.Right);
            return base.VisitBinary(node);
        }

        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            if (node.Method.DeclaringType == typeof(Queryable) || node.Method.DeclaringType == typeof(Enumerable))
            {
                if (node.Method.Name is "OrderBy" or "OrderByDescending" or "ThenBy" or "ThenByDescending" or "Min" or "Max" or "MinBy" or "MaxBy")
                    Check([.. node.Arguments.Skip(1).Select(Body)]);
                if (node.Method.Name is "Order" or "OrderDescending" or "Min" or "Max" && node.Arguments.Count == 1)
                    Refuse(node.Method.GetGenericArguments().FirstOrDefault());
            }
            return base.VisitMethodCall(node);
        }

        static Expression Body(Expression argument) =>
            (argument is UnaryExpression { NodeType: ExpressionType.Quote } quote ? quote.Operand : argument) is LambdaExpression lambda ? lambda.Body : argument;

        static void Check(params Expression[] compared)
        {
            foreach (var side in compared)
            {
                var bare = side;
                while (bare is UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert)
                    bare = convert.Operand;
                Refuse(bare.Type);
            }
        }

        static void Refuse(Type? type)
        {
            if (type is not null && (Nullable.GetUnderlyingType(type) ?? type).IsEnum)
                throw new InvalidOperationException($"{type} stands as a word in the store, which has no order there: name the members.");
        }
    }
}
