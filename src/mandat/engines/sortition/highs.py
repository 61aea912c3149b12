"""HiGHS behind a small surface: one linear or integer program, changed and solved again from where it stopped."""

from __future__ import annotations

from typing import Any, cast

import highspy
import numpy as np
from numpy.typing import NDArray

from mandat.engines.sortition.model import Floats

INF = highspy.kHighsInf


class SolverError(RuntimeError):
    """The solver ended without an answer (never expected on the programs written here)."""


class Program:
    """``maximise cost @ x`` under ``lower <= x <= upper`` and ``row_lower <= rows @ x <= row_upper`` (rows dense R x C)."""

    def __init__(
        self,
        cost: Floats,
        lower: Floats,
        upper: Floats,
        rows: Floats,
        row_lower: Floats,
        row_upper: Floats,
        *,
        integer: bool = False,
        tolerance: float = 1e-9,
    ) -> None:
        solver: Any = cast(Any, highspy).Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 0)
        solver.setOptionValue("primal_feasibility_tolerance", tolerance)
        solver.setOptionValue("dual_feasibility_tolerance", tolerance)
        program = highspy.HighsLp()
        program.num_col_ = len(cost)
        program.num_row_ = len(row_lower)
        program.sense_ = highspy.ObjSense.kMaximize
        program.col_cost_ = cost
        program.col_lower_ = lower
        program.col_upper_ = upper
        program.row_lower_ = row_lower
        program.row_upper_ = row_upper
        where_row, where_col = np.nonzero(rows)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.concatenate(([0], np.cumsum(np.bincount(where_row, minlength=len(row_lower)))))
        program.a_matrix_.index_ = where_col
        program.a_matrix_.value_ = rows[where_row, where_col]
        if integer:
            program.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
            solver.setOptionValue("mip_rel_gap", 0.0)
            solver.setOptionValue("mip_abs_gap", 1e-9)
            solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
        solver.passModel(program)
        self.solver = solver
        self.columns = len(cost)

    def option(self, name: str, value: Any) -> None:
        self.solver.setOptionValue(name, value)

    @property
    def seconds(self) -> float:
        """Time spent so far: HiGHS counts its limit over all solves."""
        return float(self.solver.getRunTime())

    def set_cost(self, cost: Floats) -> None:
        self.solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def set_bounds(self, lower: Floats, upper: Floats) -> None:
        self.solver.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)

    def set_row(self, row: int, lower: float, upper: float) -> None:
        self.solver.changeRowBounds(row, lower, upper)

    def add_column(self, cost: float, lower: float, upper: float, index: NDArray[Any], value: Floats) -> None:
        self.solver.addCol(cost, lower, upper, len(index), index.astype(np.int32), value)
        self.columns += 1

    def add_row(self, lower: float, upper: float, index: NDArray[Any], value: Floats) -> None:
        self.solver.addRow(lower, upper, len(index), index.astype(np.int32), value)

    def solve(self) -> bool:
        """Solve to the optimum; False when nothing is feasible."""
        self.solver.run()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return True
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return False
        # A warm start may cycle or lose precision: once more from nothing, then with the other method.
        for method in ("simplex", "ipm"):
            self.solver.clearSolver()
            self.solver.setOptionValue("solver", method)
            self.solver.run()
            status = self.solver.getModelStatus()
            self.solver.setOptionValue("solver", "choose")
            if status == highspy.HighsModelStatus.kOptimal:
                return True
            if status == highspy.HighsModelStatus.kInfeasible:
                return False
        raise SolverError(f"HiGHS: {self.solver.modelStatusToString(status)}")

    def solve_any(self) -> bool:
        """Solve an integer program as far as its limits allow; False when no point was found."""
        self.solver.run()
        info = self.solver.getInfo()
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return False
        return bool(info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible)

    @property
    def objective(self) -> float:
        return float(self.solver.getInfo().objective_function_value)

    @property
    def dual_bound(self) -> float:
        """For integer programs: no point exceeds this."""
        return float(self.solver.getInfo().mip_dual_bound)

    @property
    def values(self) -> Floats:
        return np.array(self.solver.getSolution().col_value)

    @property
    def reduced_costs(self) -> Floats:
        return np.array(self.solver.getSolution().col_dual)

    @property
    def row_duals(self) -> Floats:
        return np.array(self.solver.getSolution().row_dual)
