import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisations', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Envelope',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('code', models.SlugField(max_length=80)),
                        ('title', models.CharField(max_length=200)),
                        ('line', models.CharField(help_text='code of the budget line', max_length=40)),
                        ('section', models.CharField(choices=[('operating', 'operating'), ('investment', 'investment')], max_length=12)),
                        ('year', models.PositiveSmallIntegerField()),
                        ('measure', models.PositiveSmallIntegerField()),
                        ('commitments', models.JSONField(default=list)),
                        ('scheme', models.SlugField(blank=True, max_length=60)),
                        ('voted', models.BigIntegerField(default=0)),
                        ('closed_on', models.DateField(null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'envelope',
                        'ordering': ('-year', 'code'),
                        'indexes': [models.Index(models.F('programme'), models.F('measure'), name='funds_by_measure')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('code'), name='funds_one_envelope_a_code')],
                    },
                ),
                migrations.CreateModel(
                    name='Allocation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('envelope', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='funds.envelope')),
                        ('case', models.CharField(max_length=40)),
                        ('scheme', models.SlugField(blank=True, max_length=60)),
                        ('kind', models.SlugField(blank=True, max_length=30)),
                        ('place', models.CharField(blank=True, max_length=20)),
                        ('reserved', models.BigIntegerField(default=0)),
                        ('awarded', models.BigIntegerField(default=0)),
                        ('engaged', models.BigIntegerField(default=0)),
                        ('paid', models.BigIntegerField(default=0)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'allocation',
                        'indexes': [models.Index(models.F('case'), name='funds_by_case'), models.Index(models.F('place'), name='funds_by_place'), models.Index(models.F('scheme'), models.F('kind'), name='funds_by_scheme_kind')],
                        'constraints': [models.UniqueConstraint(models.F('envelope'), models.F('case'), name='funds_one_allocation_a_case'), models.CheckConstraint(condition=models.Q(('reserved__gte', 0), ('awarded__gte', 0), ('engaged__gte', 0), ('paid__gte', 0)), name='funds_allocation_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='PaidIn',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('allocation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='years', to='funds.allocation')),
                        ('year', models.PositiveSmallIntegerField()),
                        ('cents', models.BigIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'payment of a year',
                        'constraints': [models.UniqueConstraint(models.F('allocation'), models.F('year'), name='funds_one_sum_a_year')],
                    },
                ),
                migrations.CreateModel(
                    name='Total',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('envelope', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funds.envelope')),
                        ('scheme', models.SlugField(blank=True, db_index=False, max_length=60)),
                        ('kind', models.SlugField(blank=True, db_index=False, max_length=30)),
                        ('paid_in', models.PositiveSmallIntegerField(default=0)),
                        ('reserved', models.BigIntegerField(default=0)),
                        ('awarded', models.BigIntegerField(default=0)),
                        ('engaged', models.BigIntegerField(default=0)),
                        ('paid', models.BigIntegerField(default=0)),
                        ('cases', models.IntegerField(default=0)),
                        ('moves', models.BigIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'sum',
                        'constraints': [models.UniqueConstraint(models.F('envelope'), models.F('scheme'), models.F('kind'), models.F('paid_in'), name='funds_one_total')],
                    },
                ),
                migrations.CreateModel(
                    name='Cell',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('envelope', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funds.envelope')),
                        ('scheme', models.SlugField(blank=True, db_index=False, max_length=60)),
                        ('kind', models.SlugField(blank=True, db_index=False, max_length=30)),
                        ('paid_in', models.PositiveSmallIntegerField(default=0)),
                        ('reserved', models.BigIntegerField(default=0)),
                        ('awarded', models.BigIntegerField(default=0)),
                        ('engaged', models.BigIntegerField(default=0)),
                        ('paid', models.BigIntegerField(default=0)),
                        ('cases', models.IntegerField(default=0)),
                        ('moves', models.BigIntegerField(default=0)),
                        ('place', models.CharField(blank=True, max_length=20)),
                    ],
                    options={
                        'verbose_name': 'sum of a place',
                        'indexes': [models.Index(models.F('place'), models.F('kind'), models.F('scheme'), models.F('paid_in'), models.F('reserved'), models.F('awarded'), models.F('engaged'), models.F('paid'), models.F('cases'), name='funds_cell_by_place')],
                        'constraints': [models.UniqueConstraint(models.F('envelope'), models.F('scheme'), models.F('kind'), models.F('paid_in'), models.F('place'), name='funds_one_cell')],
                    },
                ),
                migrations.CreateModel(
                    name='Loan',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('reference', models.CharField(max_length=40)),
                        ('allocation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='loan', to='funds.allocation')),
                        ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='loans', to='organisations.organisation')),
                        ('type', models.CharField(choices=[('loan', 'loan'), ('advance', 'repayable advance')], default='loan', max_length=8)),
                        ('state', models.CharField(choices=[('running', 'being repaid'), ('closed', 'repaid'), ('written_off', 'written off')], default='running', max_length=12)),
                        ('rate', models.DecimalField(decimal_places=4, max_digits=7)),
                        ('late_rate', models.DecimalField(decimal_places=4, max_digits=7)),
                        ('every_months', models.PositiveSmallIntegerField()),
                        ('repayment', models.CharField(max_length=8)),
                        ('released_on', models.DateField()),
                        ('plan', models.PositiveSmallIntegerField(default=1)),
                        ('next_due', models.DateField(null=True)),
                        ('ends_on', models.DateField(null=True)),
                        ('closed_on', models.DateField(null=True)),
                        ('lent', models.BigIntegerField(default=0)),
                        ('repaid', models.BigIntegerField(default=0)),
                        ('written_off', models.BigIntegerField(default=0)),
                        ('interest', models.BigIntegerField(default=0)),
                        ('late_paid', models.BigIntegerField(default=0)),
                        ('late_waived', models.BigIntegerField(default=0)),
                        ('late_carried', models.BigIntegerField(default=0)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'loan',
                        'indexes': [models.Index(models.F('programme'), models.F('state'), models.F('next_due'), models.F('id'), name='funds_loans_late'), models.Index(models.F('organisation'), name='funds_loans_of')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('reference'), name='funds_one_loan_a_case'), models.CheckConstraint(condition=models.Q(('repaid__gte', 0), ('written_off__gte', 0), ('lent__gte', django.db.models.expressions.CombinedExpression(models.F('repaid'), '+', models.F('written_off')))), name='funds_loan_adds_up')],
                    },
                ),
                migrations.CreateModel(
                    name='DueLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('loan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='funds.loan')),
                        ('plan', models.PositiveSmallIntegerField()),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('due', models.DateField()),
                        ('principal', models.BigIntegerField()),
                        ('interest', models.BigIntegerField()),
                        ('early', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'due line',
                        'constraints': [models.UniqueConstraint(models.F('loan'), models.F('plan'), models.F('rank'), name='funds_one_line_a_rank'), models.CheckConstraint(condition=models.Q(('principal__gte', 0), ('interest__gte', 0)), name='funds_line_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='LoanMove',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('loan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='funds.loan')),
                        ('key', models.CharField(max_length=100)),
                        ('kind', models.CharField(choices=[('released', 'released'), ('repaid', 'repaid'), ('early', 'repaid early'), ('deferred', 'deferred'), ('written_off', 'written off')], max_length=12)),
                        ('on', models.DateField()),
                        ('principal', models.BigIntegerField(default=0)),
                        ('interest', models.BigIntegerField(default=0)),
                        ('late', models.BigIntegerField(default=0)),
                        ('plan', models.PositiveSmallIntegerField(default=1)),
                        ('reason', models.CharField(blank=True, max_length=20)),
                        ('motive', models.TextField(blank=True)),
                        ('actor', models.CharField(blank=True, max_length=60)),
                        ('told', models.BooleanField(default=False)),
                        ('recorded_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'move of a loan',
                        'indexes': [models.Index(models.F('kind'), models.F('id'), condition=models.Q(('told', False)), name='funds_loan_moves_untold')],
                        'constraints': [models.UniqueConstraint(models.F('loan'), models.F('key'), name='funds_one_loan_move_a_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Stake',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('reference', models.CharField(max_length=40)),
                        ('allocation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='stake', to='funds.allocation')),
                        ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stakes', to='organisations.organisation')),
                        ('state', models.CharField(choices=[('held', 'held'), ('sold', 'sold')], default='held', max_length=8)),
                        ('taken_on', models.DateField()),
                        ('ended_on', models.DateField(null=True)),
                        ('shares', models.PositiveIntegerField()),
                        ('shares_left', models.PositiveIntegerField()),
                        ('price', models.BigIntegerField()),
                        ('committed', models.BigIntegerField()),
                        ('called', models.BigIntegerField(default=0)),
                        ('cost', models.BigIntegerField(default=0)),
                        ('dividends', models.BigIntegerField(default=0)),
                        ('proceeds', models.BigIntegerField(default=0)),
                        ('result', models.BigIntegerField(default=0)),
                        ('value', models.BigIntegerField(null=True)),
                        ('valued_on', models.DateField(null=True)),
                        ('value_source', models.CharField(blank=True, max_length=200)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'stake',
                        'indexes': [models.Index(models.F('programme'), models.F('state'), models.F('id'), name='funds_stakes_held')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('reference'), name='funds_one_stake_a_case'), models.CheckConstraint(condition=models.Q(('shares_left__lte', models.F('shares')), ('called__lte', models.F('committed')), ('cost__gte', 0)), name='funds_stake_adds_up')],
                    },
                ),
                migrations.CreateModel(
                    name='StakeMove',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('stake', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='funds.stake')),
                        ('key', models.CharField(max_length=100)),
                        ('kind', models.CharField(choices=[('taken', 'subscribed'), ('called', 'capital called'), ('dividend', 'dividend received'), ('valued', 'value declared'), ('sold', 'sold')], max_length=10)),
                        ('on', models.DateField()),
                        ('amount', models.BigIntegerField(default=0)),
                        ('shares', models.PositiveIntegerField(default=0)),
                        ('result', models.BigIntegerField(default=0)),
                        ('source', models.CharField(blank=True, max_length=200)),
                        ('actor', models.CharField(blank=True, max_length=60)),
                        ('recorded_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'verbose_name': 'move of a stake',
                        'constraints': [models.UniqueConstraint(models.F('stake'), models.F('key'), name='funds_one_stake_move_a_key')],
                    },
                ),
            ]
        ),
    ]
