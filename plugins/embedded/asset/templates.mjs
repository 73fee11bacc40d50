// The tables of all templates: which views and statements each looks at, and which builder takes it first.
// Nothing here makes an edit.

import {boundStatements, boundTemplates} from './template-bound.mjs'
import {chainTemplates} from './template-chain.mjs'
import {conditionStatements, conditionTemplates} from './template-condition.mjs'
import {convertTemplates} from './template-convert.mjs'
import {flowStatements} from './template-flow.mjs'
import {idiomTemplates} from './template-idiom.mjs'
import {ingredientTemplates} from './template-ingredient.mjs'
import {inverseStatements} from './template-inverse.mjs'
import {kinTemplates} from './template-kin.mjs'
import {knownStatements, knownTemplates} from './template-known.mjs'
import {lastingStatements, lastingTemplates} from './template-lasting.mjs'
import {limitTemplates} from './template-limit.mjs'
import {nameTemplates} from './template-name.mjs'
import {operatorStatements, operatorTemplates} from './template-operator.mjs'
import {orderStatements, orderTemplates} from './template-order.mjs'
import {orphanTemplates} from './template-orphan.mjs'
import {patternTemplates} from './template-pattern.mjs'
import {placeStatements, placeTemplates} from './template-place.mjs'
import {pythonStatements, pythonTemplates} from './template-python.mjs'
import {seriesStatements, seriesTemplates} from './template-series.mjs'
import {sortTemplates} from './template-sort.mjs'
import {stateStatements} from './template-state.mjs'
import {statementStatements, statementTemplates} from './template-statement.mjs'
import {stillStatements} from './template-still.mjs'
import {uncalledStatements} from './template-uncalled.mjs'
import {valueTemplates} from './template-value.mjs'
import {wholeStatements, wholeTemplates} from './template-whole.mjs'
import {wrapTemplates} from './template-wrap.mjs'

/** Which builder looks at which templates first: A local, B conditions, C statements, D reuse. */
export const groups = [
  [
    'A',
    [
      operatorTemplates,
      valueTemplates,
      patternTemplates,
      wrapTemplates,
      nameTemplates,
      idiomTemplates,
      orderTemplates,
      seriesTemplates,
      pythonTemplates,
      sortTemplates,
      convertTemplates,
      chainTemplates,
    ],
    [...operatorStatements, ...orderStatements, ...seriesStatements],
  ],
  ['B', [conditionTemplates, boundTemplates, knownTemplates], [...conditionStatements, ...boundStatements, ...knownStatements]],
  [
    'C',
    [statementTemplates, lastingTemplates],
    [
      ...statementStatements,
      ...flowStatements,
      ...inverseStatements,
      ...lastingStatements,
      ...pythonStatements,
      ...stateStatements,
      ...stillStatements,
      ...placeStatements,
      ...uncalledStatements,
    ],
  ],
  ['D', [ingredientTemplates, wholeTemplates, kinTemplates, limitTemplates, orphanTemplates, placeTemplates], wholeStatements],
]
